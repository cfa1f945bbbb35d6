import * as pulumi from "@pulumi/pulumi";
import type { Binding, SecretSource } from "../../binding";

export interface ExistingDatabaseArgs {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: pulumi.Output<string>;
  readonly database: string;
}

/** A database somebody else runs, as its clients see it. */
export function bindExistingDatabase({ host, port, user, password, database }: ExistingDatabaseArgs): Binding {
  const url = pulumi.interpolate`postgresql://${user}:${password}@${host}:${port}/${database}?sslmode=require`;
  const value = (output: pulumi.Output<string>): SecretSource => ({ from: "value", value: output });
  return {
    values: () => ({
      url: { kind: "secret", source: value(url) },
      host: { kind: "plain", value: host },
      port: { kind: "plain", value: String(port) },
      user: { kind: "plain", value: user },
      password: { kind: "secret", source: value(password) },
      database: { kind: "plain", value: database },
      name: { kind: "plain", value: database },
    }),
    peers: [{ kind: "hosts", hosts: [host] }],
    ports: [port],
    grants: () => [],
    ready: [],
  };
}
