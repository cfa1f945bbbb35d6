import { dockerConfig } from "../boot/dockerConfig";
import { script, shellQuote } from "../boot/script";
import { DATA, type HostCloud } from "../contract";

export interface AwsCommandArgs {
  readonly region: string;
  /** Namespace of the host's metrics. */
  readonly namespace: string;
  /** Log group of the machine's own logs. */
  readonly logGroup: string;
  /** Registries of the account's own images; see {@link ecrRegistries}. */
  readonly registries: readonly string[];
}

/** Registries of the account's own images, whose pulls the machine's role allows. */
export function ecrRegistries(images: readonly string[]): readonly string[] {
  const hosts = images.map((image) => image.split("/")[0] ?? "").filter((host) => ECR.test(host));
  return [...new Set(hosts)].sort();
}

const ECR = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;

/** Where a CloudWatch agent's configuration is. */
const AGENT_CONFIGURATION = "/opt/groundplan/cloudwatch-agent.json";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
export const USER_DATA_LIMIT = 16 * 1024;

/** What AWS brings to a host: its command line, and the agent that reports the machine's memory, disks and logs. */
export function awsHostCloud(args: AwsCommandArgs): HostCloud {
  const { region, namespace, registries } = args;
  // Snap's programs are on no unit's path.
  const aws = `/snap/bin/aws --region ${region}`;
  return {
    commands: [
      script(
        "fetch-secret",
        `exec ${aws} secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text`,
      ),
      script("put-object", `exec ${aws} s3 cp --only-show-errors "$1" "$2"`),
      script("get-object", `exec ${aws} s3 cp --only-show-errors "$1" "$2"`),
      script(
        "publish-metric",
        `exec ${aws} cloudwatch put-metric-data --namespace ${shellQuote(namespace)} --metric-name "$1" --value "$2"`,
      ),
    ],
    files: [
      { path: AGENT_CONFIGURATION, content: agentConfiguration(args) },
      ...(registries.length > 0 ? [dockerConfig(registries, "ecr-login")] : []),
    ],
    userData: { limit: USER_DATA_LIMIT, compressed: true },
    packages: registries.length > 0 ? ["amazon-ecr-credential-helper"] : [],
    // AWS maintains both: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html
    snaps: ["aws-cli --classic"],
    setup: [
      [
        "curl",
        "--fail",
        "--silent",
        "--show-error",
        "--retry",
        "5",
        "--output",
        "/tmp/amazon-cloudwatch-agent.deb",
        `https://amazoncloudwatch-agent-${region}.s3.${region}.amazonaws.com/ubuntu/amd64/latest/amazon-cloudwatch-agent.deb`,
      ],
      ["dpkg", "--install", "/tmp/amazon-cloudwatch-agent.deb"],
      [
        "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl",
        "-a",
        "fetch-config",
        "-m",
        "ec2",
        "-s",
        "-c",
        `file:${AGENT_CONFIGURATION}`,
      ],
    ],
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html */
function agentConfiguration({ namespace, logGroup }: AwsCommandArgs): string {
  const log = (file: string, stream: string) => ({
    file_path: file,
    log_group_name: logGroup,
    log_stream_name: `{instance_id}/${stream}`,
  });
  return `${JSON.stringify(
    {
      agent: { metrics_collection_interval: 60 },
      metrics: {
        namespace,
        metrics_collected: {
          mem: { measurement: ["mem_used_percent"] },
          swap: { measurement: ["swap_used_percent"] },
          disk: { measurement: ["used_percent", "inodes_free"], resources: ["/", DATA], drop_device: true },
        },
      },
      logs: {
        logs_collected: {
          files: {
            collect_list: [log("/var/log/syslog", "syslog"), log("/var/log/cloud-init-output.log", "cloud-init")],
          },
        },
      },
    },
    null,
    2,
  )}\n`;
}
