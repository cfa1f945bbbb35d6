import { PolicyPack } from "@pulumi/policy";
import { pack } from "./pack";

// The entry for `pulumi --policy-pack`: constructing the pack starts the analyzer's server.
new PolicyPack(pack.name, pack.args);
