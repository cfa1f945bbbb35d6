import { groundplanEnvironments } from "./environments";
import { PreviewService } from "./service";

/** A variable that has to be set. */
function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    process.stderr.write(`error the variable ${name} is not set\n`);
    process.exit(2);
  }
  return value;
}

const service = new PreviewService({
  secret: required("WEBHOOK_SECRET"),
  token: required("API_TOKEN"),
  repository: required("REPOSITORY"),
  log: (line) => process.stdout.write(`${new Date().toISOString()} ${line}\n`),
  environments: groundplanEnvironments({
    directory: process.env.PROJECT_DIRECTORY ?? process.cwd(),
    base: required("BASE_STACK"),
    // Every environment has an address and images of its own; add what else two of them must not share.
    overrides: ({ name, commit }) => [
      { path: "domain", value: `${name}.${required("PREVIEW_DOMAIN")}` },
      { path: "images.registry", value: `${required("IMAGE_REGISTRY")}/${commit.slice(0, 12)}` },
      { path: "placements[0].context", value: `${process.env.CONTEXT_PREFIX ?? ""}${name}` },
    ],
  }),
});

const failed = (what: string) => (error: unknown) => {
  process.stderr.write(`${what} failed: ${String(error)}\n`);
};
// Deliveries are taken meanwhile: what is asked for now is newer than what is found.
void service.restore().catch(failed("looking for environments that are there"));

const PRUNE_EVERY_MS = 15 * 60_000;
const timer = setInterval(() => {
  service.prune().catch(failed("prune"));
}, PRUNE_EVERY_MS);

const server = service.server().listen(Number(process.env.PORT ?? 8080));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    clearInterval(timer);
    server.close();
    // What was begun is brought to its end: a stack is never left half-way because a service restarts.
    void service.queues.drained().then(() => process.exit(0));
  });
}
