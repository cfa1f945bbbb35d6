import type { SystemInput } from "../spec";

type Uses = NonNullable<SystemInput["services"][string]["uses"]>;

/**
 * Services somebody else runs; their keys come through External Secrets. The source's list of those keys leaves out
 * Liveblocks, which needs one all the same. Supabase's sign-in and realtime stay outside; its database is a role here,
 * and a Supabase project's Postgres is named by the setting for existing databases.
 */
export const external: NonNullable<SystemInput["external"]> = {
  supabase: {
    hosts: ["*.supabase.co"],
    secrets: {
      "project-url": "URL of the Supabase project",
      "anon-key": "Public key of the Supabase project",
      "service-role-key": "Key of the Supabase project that passes row-level security",
    },
  },
  openai: { hosts: ["api.openai.com"], secrets: { "api-key": "Key of the OpenAI API" } },
  stripe: {
    hosts: ["api.stripe.com"],
    secrets: { "secret-key": "Key of the Stripe API", "webhook-secret": "Verifies what Stripe sends" },
  },
  liveblocks: {
    hosts: ["api.liveblocks.io", "liveblocks.io"],
    secrets: { "secret-key": "Key of the Liveblocks API" },
  },
  sentry: { hosts: ["*.ingest.sentry.io"], secrets: { dsn: "Address errors are reported to" } },
};

const VARIABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  supabase: {
    SUPABASE_URL: "project-url",
    SUPABASE_ANON_KEY: "anon-key",
    SUPABASE_SERVICE_ROLE_KEY: "service-role-key",
  },
  openai: { OPENAI_API_KEY: "api-key" },
  stripe: { STRIPE_SECRET_KEY: "secret-key", STRIPE_WEBHOOK_SECRET: "webhook-secret" },
  liveblocks: { LIVEBLOCKS_SECRET_KEY: "secret-key" },
  sentry: { SENTRY_DSN: "dsn" },
};

/** Uses of external services, each with its keys in the variables its library reads. */
export function externalUses(...names: readonly string[]): Uses {
  return names.map((to) => ({ to, env: { ...VARIABLES[to] } }));
}
