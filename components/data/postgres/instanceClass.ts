import type { StoreOf } from "../../../systems/spec";
import { cpuMillicores, gibibytes } from "../../quantities";

interface Class {
  readonly name: string;
  readonly cpu: number;
  readonly memoryGiB: number;
}

/** Classes of RDS for PostgreSQL by size, smallest first. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html */
const CLASSES: readonly Class[] = [
  { name: "db.t4g.medium", cpu: 2, memoryGiB: 4 },
  { name: "db.m6g.large", cpu: 2, memoryGiB: 8 },
  { name: "db.r6g.large", cpu: 2, memoryGiB: 16 },
  { name: "db.m6g.xlarge", cpu: 4, memoryGiB: 16 },
  { name: "db.r6g.xlarge", cpu: 4, memoryGiB: 32 },
  { name: "db.m6g.2xlarge", cpu: 8, memoryGiB: 32 },
  { name: "db.r6g.2xlarge", cpu: 8, memoryGiB: 64 },
  { name: "db.m6g.4xlarge", cpu: 16, memoryGiB: 64 },
  { name: "db.r6g.4xlarge", cpu: 16, memoryGiB: 128 },
  { name: "db.m6g.8xlarge", cpu: 32, memoryGiB: 128 },
  { name: "db.r6g.8xlarge", cpu: 32, memoryGiB: 256 },
  { name: "db.r6g.16xlarge", cpu: 64, memoryGiB: 512 },
];

/** The class the spec names, or the smallest that holds what it requests; undefined when none does. */
export function instanceClassFor(store: Pick<StoreOf<"postgres">, "classes" | "resources">): string | undefined {
  if (store.classes.aws !== undefined) {
    return store.classes.aws;
  }
  const cpu = cpuMillicores(store.resources.requests.cpu) / 1000;
  const memoryGiB = gibibytes(store.resources.requests.memory);
  return CLASSES.find((each) => each.cpu >= cpu && each.memoryGiB >= memoryGiB)?.name;
}
