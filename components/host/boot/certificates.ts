import { ACME_WEBROOT, CERTIFICATES } from "../compose";
import { PROXY } from "../compose/networks";
import { BIN, DATA, HOME, type HostFile, USER_ID } from "../contract";
import { script, shellQuote } from "./script";

const ACME_SERVERS = {
  "letsencrypt-prod": "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
} as const;

export interface CertificateArgs {
  readonly hosts: readonly string[];
  readonly issuer: keyof typeof ACME_SERVERS;
  /** @default expiry is announced to nobody */
  readonly email: string | undefined;
  /** Name of the compose project. */
  readonly project: string;
}

/**
 * TLS without a hand: a self-signed certificate lets the proxy start, the proxy answers ACME's challenge, and the real
 * one takes its place. Accounts and certificates lie on the data volume: a new machine asks for none, and the issuer's
 * limits are not spent on replacements. A certificate per host, so that one name that leads elsewhere keeps no other
 * from having its own.
 * https://letsencrypt.org/docs/rate-limits/
 */
export function certificateScripts(args: CertificateArgs): readonly HostFile[] {
  return [bootstrap(args), renew(args), install(args)];
}

function bootstrap({ hosts }: CertificateArgs): HostFile {
  return script(
    "bootstrap-certificates",
    `
for host in ${hosts.map(shellQuote).join(" ")}; do
  directory="${CERTIFICATES}/$host"
  [ -s "$directory/fullchain.pem" ] && continue
  install -d -m 0750 -o root -g ${USER_ID} "$directory"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$host" \\
    -addext "subjectAltName=DNS:$host" -keyout "$directory/privkey.pem" -out "$directory/fullchain.pem" 2>/dev/null
  chown root:${USER_ID} "$directory"/*.pem
  chmod 0640 "$directory"/*.pem
done
`,
  );
}

function renew({ hosts, issuer, email }: CertificateArgs): HostFile {
  const account = email === undefined ? "--register-unsafely-without-email" : `--email ${shellQuote(email)}`;
  return script(
    "renew-certificates",
    `
failed=0
for host in ${hosts.map(shellQuote).join(" ")}; do
  # Asks the issuer for nothing while a certificate is good for a month.
  certbot certonly --non-interactive --agree-tos ${account} --server ${ACME_SERVERS[issuer]} \\
    --config-dir ${DATA}/letsencrypt --work-dir /var/lib/letsencrypt --logs-dir /var/log/letsencrypt \\
    --webroot --webroot-path ${ACME_WEBROOT} --cert-name "$host" --domain "$host" \\
    --key-type ecdsa --keep-until-expiring || failed=1
  if [ -e "${DATA}/letsencrypt/live/$host/fullchain.pem" ]; then
    ${BIN}/install-certificate "$host" || failed=1
  fi
  seconds="$(( $(date --date "$(openssl x509 -enddate -noout -in "${CERTIFICATES}/$host/fullchain.pem" | cut -d = -f 2)" +%s) - $(date +%s) ))"
  ${BIN}/publish-metric CertificateDaysLeft "$(( seconds / 86400 ))"
done
exit "$failed"
`,
  );
}

function install({ project }: CertificateArgs): HostFile {
  return script(
    "install-certificate",
    `
host="$1"
live="${DATA}/letsencrypt/live/$host"
target="${CERTIFICATES}/$host"
cmp --silent "$live/fullchain.pem" "$target/fullchain.pem" && exit 0
install -m 0640 -o root -g ${USER_ID} "$live/fullchain.pem" "$target/fullchain.pem.new"
install -m 0640 -o root -g ${USER_ID} "$live/privkey.pem" "$target/privkey.pem.new"
mv "$target/privkey.pem.new" "$target/privkey.pem"
mv "$target/fullchain.pem.new" "$target/fullchain.pem"
# Workers finish what they serve; new ones take the new certificate.
docker compose --project-name ${project} --file ${HOME}/compose.yaml kill --signal SIGHUP ${PROXY}
`,
  );
}
