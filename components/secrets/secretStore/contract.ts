import type { BindingValue } from "../../binding";

/** Where the system's own secrets are kept. */
export interface SecretStoreContract {
  /** The value of a secret of the spec, as a consumer asks for it. */
  value(name: string): BindingValue;
}
