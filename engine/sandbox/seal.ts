import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { isObject, mapValues, SECRET, SIGNATURE, signatureOf, type Wire, type WireObject } from "../wire";

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps secrets out of files: what a cloud knows of a secret is written down encrypted. */
export class Seal {
  readonly #key: Buffer;

  constructor(passphrase: string) {
    this.#key = Buffer.from(hkdfSync("sha256", passphrase, "groundplan", "sandbox secrets", 32));
  }

  /** The value with every secret in it encrypted. */
  close(value: Wire): Wire {
    if (signatureOf(value) === SECRET) {
      return { [SIGNATURE]: SECRET, sealed: this.#encrypt(JSON.stringify((value as WireObject).value ?? null)) };
    }
    return overChildren(value, (child) => this.close(child));
  }

  /** The value with every secret in it as it was. */
  open(value: Wire): Wire {
    if (signatureOf(value) === SECRET) {
      const sealed = (value as WireObject).sealed;
      return { [SIGNATURE]: SECRET, value: JSON.parse(this.#decrypt(String(sealed))) as Wire };
    }
    return overChildren(value, (child) => this.open(child));
  }

  #encrypt(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce);
    const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
  }

  #decrypt(sealed: string): string {
    const bytes = Buffer.from(sealed, "base64");
    const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
  }
}

function overChildren(value: Wire, convert: (child: Wire) => Wire): Wire {
  if (Array.isArray(value)) {
    return value.map(convert);
  }
  return isObject(value) ? mapValues(value, convert) : value;
}
