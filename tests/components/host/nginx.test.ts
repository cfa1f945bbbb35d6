import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { nginxConfiguration, proxyDegraded, publicHosts } from "../../../components/host/nginx";
import type { SystemInput } from "../../../systems/spec";
import { skipBecause } from "../../skipBecause";
import { describeHost, isInstalled, MODELS, run, SYSTEMS } from "./support";

const DOMAIN = "example.com";

function configuration(name: string, overrides?: unknown, model: (typeof MODELS)[number] = "single-server"): string {
  return nginxConfiguration(systemOf(name, overrides, model), DOMAIN);
}

function systemOf(name: string, overrides?: unknown, model: (typeof MODELS)[number] = "single-server") {
  return describeHost(SYSTEMS[name] as SystemInput, model, { overrides }).system;
}

/** The lines of the server block of a name. */
function server(text: string, name: string): string {
  const block = text.split(/\n {2}server \{\n/).find((part) => part.includes(`server_name ${name};`));
  if (!block) {
    throw new Error(`no server ${name}`);
  }
  return block;
}

const EVERYTHING = {
  routes: [
    { host: "@", path: "/", to: "frontend" },
    { host: "@", path: "/api", to: "backend", webSockets: true, timeoutSeconds: 3600 },
  ],
  edge: {
    tlsMinimum: "1.3",
    maxBodySize: "50Mi",
    rateLimit: 3000,
    headers: { "X-Frame-Options": "DENY", "Content-Security-Policy": 'default-src "self"' },
    staticPaths: ["/_next/static"],
    redirects: [{ host: "www", to: "@" }],
    authentication: { kind: "session", host: "@", paths: ["/account"], cookie: "session", signIn: "/login" },
  },
};

describe("host nginx configuration", () => {
  it("has the document's TLS floor, ciphers, headers and rate", () => {
    const text = configuration("doc-scraper");
    for (const line of [
      "ssl_protocols TLSv1.2 TLSv1.3;",
      "ssl_ciphers HIGH:!aNULL:!MD5;",
      "limit_req_zone $binary_remote_addr zone=clients:10m rate=100r/s;",
      'add_header X-Frame-Options "SAMEORIGIN" always;',
      'add_header X-Content-Type-Options "nosniff" always;',
      'add_header X-XSS-Protection "1; mode=block" always;',
      'add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;',
    ]) {
      expect(text).to.include(`  ${line}\n`);
    }
    expect(server(text, "api.example.com")).to.include("set $upstream http://api:8000;");
  });

  it("sets every header once, the spec's in place of our own", () => {
    const names = [...configuration("doc-scraper").matchAll(/add_header (\S+)/g)].map((match) => match[1]);
    expect(names).to.deep.equal([...new Set(names)]);
  });

  it("sends plain HTTP to HTTPS, but for ACME's challenges", () => {
    const plain = server(configuration("doc-scraper"), "_");
    expect(plain).to.include("listen 80 default_server;");
    expect(plain).to.include("location /.well-known/acme-challenge/ {");
    expect(plain).to.include("return 308 https://$host$request_uri;");
  });

  it("gives a stranger's name no certificate", () => {
    expect(configuration("vibebox")).to.match(
      /listen 443 ssl default_server;\n\s+server_name _;\n\s+ssl_reject_handshake on;/,
    );
  });

  it("keeps WebSockets open for as long as the route says, and only there", () => {
    const text = server(configuration("vibebox"), DOMAIN);
    const [before = "", after = ""] = text.split("location = /api {");
    expect(after).to.include("proxy_set_header Upgrade $http_upgrade;");
    expect(after).to.include("proxy_read_timeout 3600s;");
    expect(before).to.not.include("Upgrade");
    expect(before).to.include("proxy_read_timeout 60s;");
  });

  it("matches a path and what is below it, not what begins alike", () => {
    const locations = [...server(configuration("vibebox"), DOMAIN).matchAll(/location (.*) \{/g)].map(
      (match) => match[1],
    );
    expect(locations).to.deep.equal(["/", "= /api", "/api/"]);
  });

  it("does not believe what clients say of themselves", () => {
    expect(configuration("vibebox")).to.include("proxy_set_header X-Forwarded-For $remote_addr;");
    expect(configuration("vibebox")).to.not.include("$proxy_add_x_forwarded_for");
  });

  it("carries limits, redirects, sessions and long-lived files of a spec that has them", () => {
    const text = configuration("vibebox", EVERYTHING);
    expect(text).to.include("ssl_protocols TLSv1.3;");
    expect(text).to.include("client_max_body_size 52428800;");
    expect(text).to.include("rate=10r/s;");
    expect(text).to.include('add_header Content-Security-Policy "default-src \\"self\\"" always;');
    expect(text).to.include('~^/_next/static "public, max-age=31536000, immutable";');
    expect(server(text, "www.example.com")).to.include("return 308 https://example.com$request_uri;");
    expect(server(text, "example.com")).to.include("return 302 /login;");
    expect(publicHosts(systemOf("vibebox", EVERYTHING), DOMAIN)).to.deep.equal(["example.com", "www.example.com"]);
  });

  it("says what one proxy does not give", () => {
    expect(proxyDegraded(systemOf("vibebox")).map(({ feature }) => feature)).to.deep.equal([
      "web application firewall",
      "CDN",
    ]);
  });

  describe("by nginx itself", function () {
    this.timeout(30_000);
    let directory: string;

    before(function () {
      if (!isInstalled("nginx") || !isInstalled("openssl")) {
        skipBecause(this, "nginx or openssl not found");
      }
      directory = mkdtempSync(join(tmpdir(), "groundplan-nginx-"));
    });
    after(() => {
      if (directory) {
        rmSync(directory, { recursive: true, force: true });
      }
    });

    const cases = [
      ...Object.keys(SYSTEMS).flatMap((name) => MODELS.map((model) => [name, model, undefined] as const)),
      ["vibebox", "single-server", EVERYTHING] as const,
    ];
    for (const [name, model, overrides] of cases) {
      it(`accepts ${name}, ${model}${overrides ? ", with all there is" : ""} (nginx -t)`, () => {
        const system = systemOf(name, overrides, model);
        for (const host of publicHosts(system, DOMAIN)) {
          const target = join(directory, host);
          mkdirSync(target, { recursive: true });
          run("openssl", [
            ...[
              "req",
              "-x509",
              "-newkey",
              "ec",
              "-pkeyopt",
              "ec_paramgen_curve:prime256v1",
              "-nodes",
              "-subj",
              `/CN=${host}`,
            ],
            ...["-keyout", join(target, "privkey.pem"), "-out", join(target, "fullchain.pem")],
          ]);
        }
        const file = join(directory, "nginx.conf");
        const text = nginxConfiguration(system, DOMAIN)
          .replaceAll("/tmp/", `${directory}/`)
          // A socket here, which cannot be opened; a pipe in a container.
          .replace("/dev/stdout", `${directory}/access.log`);
        writeFileSync(file, text.replaceAll("/etc/nginx/certificates", directory));
        const result = run("nginx", ["-t", "-q", "-c", file]);
        expect(result.output.trim()).to.equal("");
        expect(result.status).to.equal(0);
      });
    }
  });
});
