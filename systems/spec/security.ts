import { z } from "zod";

export const security = z
  .strictObject({
    ddos: z
      .enum(["standard", "advanced"])
      .default("standard")
      .describe("Protection against floods: what the cloud's load balancers bring, or its paid service"),
    intrusionDetection: z
      .boolean()
      .default(false)
      .describe("Whether the account is watched for intruders (GuardDuty, Security Command Center)"),
    trafficInspection: z
      .boolean()
      .default(false)
      .describe("Whether traffic out of the network is inspected (Network Firewall, Cloud NGFW)"),
    vpnGateway: z.boolean().default(false).describe("Whether people reach the private network by a VPN"),
    auditLog: z
      .boolean()
      .default(false)
      .describe("Whether every access and change is logged where it cannot be altered (CloudTrail, Cloud Audit Logs)"),
    imageScanning: z.boolean().default(true).describe("Whether images are scanned for vulnerabilities when pushed"),
    complianceReport: z
      .boolean()
      .default(false)
      .describe("Whether the policies' coverage is kept as a report with each deployment"),
    forensicSnapshots: z
      .boolean()
      .default(false)
      .describe("Whether volumes are snapshot before an automated response ends what uses them"),
  })
  .describe("How the system is guarded beyond its edge and its network rules");
