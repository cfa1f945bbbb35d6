import { servicePort } from "../../systems/edges";
import type { ResolvedSystem } from "../../systems/resolve";
import type { EdgeSpec, RouteSpec } from "../../systems/spec";
import type { Degraded } from "../component";
import { bytes } from "../quantities";

/** Mozilla's intermediate list: https://ssl-config.mozilla.org/#server=nginx&config=intermediate */
const CIPHERS = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/** What every answer says, unless the spec says otherwise. */
const HEADERS: EdgeSpec["headers"] = {
  "Strict-Transport-Security": "max-age=31536000",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "strict-origin-when-cross-origin",
};

/** Largest request where the spec names none. */
const BODY_SIZE = "10Mi";

/** Host names the proxy serves, each with a certificate of its own; in the order of the spec. */
export function publicHosts(
  { routes, edge }: Pick<ResolvedSystem, "routes" | "edge">,
  domain: string,
): readonly string[] {
  const labels = [...routes.map(({ host }) => host), ...(edge.redirects ?? []).map(({ host }) => host)];
  return [...new Set(labels.map((label) => hostName(label, domain)))];
}

/**
 * Configuration of the reverse proxy: TLS ends here, plain HTTP only redirects and answers ACME's challenges.
 * https://nginx.org/en/docs/http/ngx_http_ssl_module.html
 */
export function nginxConfiguration(system: ResolvedSystem, domain: string): string {
  const { edge, routes } = system;
  const hosts = [...new Set(routes.map(({ host }) => host))];
  return lines([
    "worker_processes auto;",
    "pid /tmp/nginx.pid;",
    "error_log stderr warn;",
    "",
    "events {",
    "  worker_connections 4096;",
    "}",
    "",
    "http {",
    ...indent([
      ...general(edge),
      "",
      ...limits(edge),
      "",
      ...tls(edge),
      "",
      ...responseHeaders(edge),
      "",
      ...plainHttp(),
      "",
      ...strangers(),
      ...hosts.flatMap((host) => ["", ...site(system, host, domain)]),
      ...(edge.redirects ?? []).flatMap((redirect) => ["", ...redirection(redirect, domain)]),
    ]),
    "}",
  ]);
}

/** What the spec asks of the edge and one machine's proxy does not give. */
export function proxyDegraded({ edge }: Pick<ResolvedSystem, "edge">): readonly Degraded[] {
  const remedy = "set groundplan:model to distributed";
  return [
    ...(edge.waf
      ? [
          {
            feature: "web application firewall",
            reason: "the host's proxy limits rates but inspects no requests",
            remedy,
          },
        ]
      : []),
    ...(edge.cdn ? [{ feature: "CDN", reason: "the host answers every request itself", remedy }] : []),
    ...(edge.authentication?.kind === "oidc"
      ? [{ feature: "sign-in at the edge", reason: "the host's proxy speaks no OpenID Connect", remedy }]
      : []),
  ];
}

function general(edge: EdgeSpec): readonly string[] {
  return [
    "include /etc/nginx/mime.types;",
    "default_type application/octet-stream;",
    'log_format json escape=json \'{"time":"$time_iso8601","client":"$remote_addr","host":"$host",\'',
    '  \'"method":"$request_method","path":"$uri","status":$status,"bytes":$body_bytes_sent,\'',
    '  \'"seconds":$request_time,"agent":"$http_user_agent"}\';',
    "access_log /dev/stdout json;",
    "server_tokens off;",
    "tcp_nopush on;",
    "keepalive_timeout 65s;",
    "# Slow clients do not hold connections.",
    "client_header_timeout 15s;",
    "client_body_timeout 30s;",
    `client_max_body_size ${bytes(edge.maxBodySize ?? BODY_SIZE)};`,
    "# The root cannot be written to.",
    ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path /tmp/${kind};`),
    "# Docker's own name server. Names are asked for again, as containers move.",
    "resolver 127.0.0.11 valid=10s ipv6=off;",
    "map $http_upgrade $connection_upgrade {",
    "  default upgrade;",
    '  "" "";',
    "}",
  ];
}

/** The spec's own rate, else the one of the web application firewall it is made for, counted there in five minutes. */
function limits({ requestsPerSecond, rateLimit }: EdgeSpec): readonly string[] {
  const perSecond =
    requestsPerSecond ?? (rateLimit === undefined ? undefined : Math.max(1, Math.round(rateLimit / 300)));
  return perSecond === undefined
    ? []
    : [
        `limit_req_zone $binary_remote_addr zone=clients:10m rate=${perSecond}r/s;`,
        "# A page brings its files at once: a second's worth more than the rate passes without delay.",
        `limit_req zone=clients burst=${perSecond} nodelay;`,
        "limit_req_status 429;",
      ];
}

function tls({ tlsMinimum, ciphers }: EdgeSpec): readonly string[] {
  return [
    `ssl_protocols ${tlsMinimum === "1.3" ? "TLSv1.3" : "TLSv1.2 TLSv1.3"};`,
    `ssl_ciphers ${ciphers ?? CIPHERS};`,
    "ssl_prefer_server_ciphers off;",
    "ssl_session_cache shared:tls:10m;",
    "ssl_session_timeout 1d;",
    "ssl_session_tickets off;",
  ];
}

function responseHeaders({ headers, staticPaths }: EdgeSpec): readonly string[] {
  const all = { ...HEADERS, ...headers };
  return [
    ...Object.entries(all).map(([name, value]) => `add_header ${name} ${quoted(value)} always;`),
    ...(staticPaths === undefined
      ? []
      : [
          "map $uri $kept {",
          '  default "";',
          ...staticPaths.map((path) => `  ~^${escapeRegExp(path)} "public, max-age=31536000, immutable";`),
          "}",
          "# Nothing is sent where the value is empty.",
          "add_header Cache-Control $kept;",
        ]),
  ];
}

function plainHttp(): readonly string[] {
  return [
    "server {",
    "  listen 80 default_server;",
    "  server_name _;",
    "  location /.well-known/acme-challenge/ {",
    "    root /var/www/acme;",
    "    default_type text/plain;",
    "    try_files $uri =404;",
    "  }",
    "  location / {",
    "    return 308 https://$host$request_uri;",
    "  }",
    "}",
  ];
}

/** A name that is not ours gets no certificate. */
function strangers(): readonly string[] {
  return ["server {", "  listen 443 ssl default_server;", "  server_name _;", "  ssl_reject_handshake on;", "}"];
}

function site(system: ResolvedSystem, host: string, domain: string): readonly string[] {
  const routes = system.routes.filter((route) => route.host === host);
  return server(hostName(host, domain), [
    ...authenticated(system.edge, host),
    ...routes.flatMap((route) => locations(system, route)),
  ]);
}

function server(name: string, content: readonly string[]): readonly string[] {
  return [
    "server {",
    ...indent([
      // Not `http2 on`: that is newer than the nginx of the distributions this is checked with, and the old form works in both.
      "listen 443 ssl http2;",
      `server_name ${name};`,
      `ssl_certificate /etc/nginx/certificates/${name}/fullchain.pem;`,
      `ssl_certificate_key /etc/nginx/certificates/${name}/privkey.pem;`,
      ...content,
    ]),
    "}",
  ];
}

/** Two locations for a path: the path itself and what is below it, and nothing that merely begins alike. */
function locations(system: ResolvedSystem, route: RouteSpec): readonly string[] {
  const spec = system.services[route.to];
  const port = spec && servicePort(spec, route.port);
  if (!port) {
    return [];
  }
  const content = [
    // A variable, so that the proxy starts before the service does, and finds it again when it has moved.
    `set $upstream http://${route.to}:${port.port};`,
    "proxy_pass $upstream;",
    "proxy_http_version 1.1;",
    "proxy_set_header Host $host;",
    // What clients claim of themselves is overwritten: this is the first proxy on their way.
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "proxy_set_header X-Forwarded-Proto https;",
    "proxy_set_header X-Forwarded-Host $host;",
    "proxy_set_header X-Real-IP $remote_addr;",
    ...(route.webSockets
      ? [
          "proxy_set_header Upgrade $http_upgrade;",
          "proxy_set_header Connection $connection_upgrade;",
          "proxy_buffering off;",
        ]
      : ['proxy_set_header Connection "";']),
    "proxy_connect_timeout 5s;",
    `proxy_read_timeout ${route.timeoutSeconds}s;`,
    `proxy_send_timeout ${route.timeoutSeconds}s;`,
  ];
  const path = route.path.replace(/\/+$/, "");
  const matches = path === "" ? ["/"] : [`= ${path}`, `${path}/`];
  return matches.flatMap((match) => [`location ${match} {`, ...indent(content), "}"]);
}

/** The application's own session cookie must be there; whether it is worth anything the application decides. */
function authenticated({ authentication }: EdgeSpec, host: string): readonly string[] {
  if (authentication?.kind !== "session" || authentication.host !== host || authentication.cookie === undefined) {
    return [];
  }
  const paths = authentication.paths.map(escapeRegExp).join("|");
  const refusal = authentication.signIn === undefined ? "401" : `302 ${authentication.signIn}`;
  return [
    'set $anonymous "";',
    `if ($uri ~ "^(${paths})(/|$)") {`,
    "  set $anonymous yes;",
    "}",
    `if ($http_cookie ~ "(^|; *)${escapeRegExp(authentication.cookie)}=[^;]") {`,
    '  set $anonymous "";',
    "}",
    "if ($anonymous) {",
    `  return ${refusal};`,
    "}",
  ];
}

function redirection(redirect: NonNullable<EdgeSpec["redirects"]>[number], domain: string): readonly string[] {
  const code = redirect.permanent ? 308 : 307;
  return server(hostName(redirect.host, domain), [
    `return ${code} https://${hostName(redirect.to, domain)}$request_uri;`,
  ]);
}

export function hostName(label: string, domain: string): string {
  return label === "@" ? domain : `${label}.${domain}`;
}

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function indent(text: readonly string[]): readonly string[] {
  return text.map((line) => (line === "" ? "" : `  ${line}`));
}

function lines(text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
