import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  readonly keyFile: string;
  readonly certificateFile: string;
  /** The certificate, which is its own authority. */
  readonly certificate: string;
  readonly key: string;
}

/** A certificate for localhost that nobody but the test trusts; undefined where the machine has no openssl. */
export function makeCertificate(directory: string): Certificate | undefined {
  const [keyFile, certificateFile] = [join(directory, "key.pem"), join(directory, "certificate.pem")];
  const options = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost";
  const args = ["req", ...options.split(" "), "-addext", "subjectAltName=DNS:localhost"];
  const made = spawnSync("openssl", [...args, "-keyout", keyFile, "-out", certificateFile]);
  return made.status === 0
    ? {
        keyFile,
        certificateFile,
        certificate: readFileSync(certificateFile, "utf8"),
        key: readFileSync(keyFile, "utf8"),
      }
    : undefined;
}
