/**
 * The front end's nginx configuration, rendered by the image's own start script, which replaces nothing but variables
 * the container has: `$uri` and the like stay. Static files of a single-page application, and the API for clients that
 * come in by the front end.
 */
export const nginxConfig = `server {
  listen 80;
  server_tokens off;
  root /usr/share/nginx/html;

  location = /healthz {
    access_log off;
    return 204;
  }

  location /api/ {
    proxy_pass \${BACKEND_URL};
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  }

  location / {
    try_files $uri $uri/ /index.html;
  }
}
`;
