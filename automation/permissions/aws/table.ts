import { COMPUTE } from "./compute";
import { DATA } from "./data";
import { EDGE } from "./edge";
import { IDENTITY } from "./identity";
import { NETWORK } from "./network";
import { OPERATIONS } from "./operations";
import type { AwsTable } from "./row";
import { STORAGE } from "./storage";

/** Every type of resource that a stack makes on AWS, and what it asks of whoever deploys it. */
export const AWS_TABLE: AwsTable = {
  ...NETWORK,
  ...IDENTITY,
  ...STORAGE,
  ...DATA,
  ...COMPUTE,
  ...EDGE,
  ...OPERATIONS,
};
