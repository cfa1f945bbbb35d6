import { BUCKET_CONSTRAINTS } from "../bucket/constraints";
import { EDGE_CONSTRAINTS } from "../edge/constraints";
import { MEMCACHED_CONSTRAINTS } from "../memcached/constraints";
import { POSTGRES_CONSTRAINTS } from "../postgres/constraints";
import { REDIS_CONSTRAINTS } from "../redis/constraints";
import { ADMISSION_CONSTRAINTS } from "./admission";
import { FILE_CONSTRAINTS } from "./files";
import { NETWORK_CONSTRAINTS, NETWORK_SIZE_CONSTRAINTS } from "./network";
import { CLUSTER_CONSTRAINTS, POOL_CONSTRAINTS } from "./nodePools";
import { PLACE_CONSTRAINTS, PROJECT_CONSTRAINTS, REGION_CONSTRAINTS, STACK_CONSTRAINTS } from "./place";
import { SECRET_CONSTRAINTS } from "./secrets";

/** Everything of Google Cloud that is refused at plan, by what it is about. */
export const GCP_CONSTRAINTS = {
  admission: ADMISSION_CONSTRAINTS,
  project: PROJECT_CONSTRAINTS,
  region: REGION_CONSTRAINTS,
  placement: PLACE_CONSTRAINTS,
  stack: STACK_CONSTRAINTS,
  networkSize: NETWORK_SIZE_CONSTRAINTS,
  memcached: MEMCACHED_CONSTRAINTS,
  network: NETWORK_CONSTRAINTS,
  cluster: CLUSTER_CONSTRAINTS,
  nodePool: POOL_CONSTRAINTS,
  postgres: POSTGRES_CONSTRAINTS,
  redis: REDIS_CONSTRAINTS,
  bucket: BUCKET_CONSTRAINTS,
  fileShare: FILE_CONSTRAINTS,
  edge: EDGE_CONSTRAINTS,
  secret: SECRET_CONSTRAINTS,
} as const;
