/**
 * The web servers' configuration, rendered by the image's own start script, which replaces nothing but variables the
 * container has: `$uri` and the like stay. Port 8080, as a common user may not bind lower ones everywhere.
 */
export const nginxConfig = `server {
  listen 8080;
  server_tokens off;
  root /usr/share/nginx/html;

  location = /healthz {
    access_log off;
    return 204;
  }

  location /api/ {
    proxy_pass \${API_URL};
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  }

  location / {
    try_files $uri $uri/ /index.html;
  }
}
`;
