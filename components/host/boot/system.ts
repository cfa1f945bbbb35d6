import { ADDRESS_POOL, CLOUD_BRIDGE } from "../compose/networks";
import type { HostFile } from "../contract";
import { script } from "./script";

/** Where every cloud answers a machine's questions about itself. */
const METADATA_ADDRESS = "169.254.169.254";
/** After the night's backups, before anybody works. */
const REBOOT_TIME = "05:30";

/** Configuration of the operating system and of Docker; it is there before the packages are installed. */
export function systemFiles(searches: boolean): readonly HostFile[] {
  return [
    {
      path: "/etc/docker/daemon.json",
      content: `${JSON.stringify(
        {
          // An upgrade of the daemon stops no container.
          "live-restore": true,
          "default-address-pools": [ADDRESS_POOL],
          // The proxy would hide clients' addresses.
          "userland-proxy": false,
          icc: false,
        },
        null,
        2,
      )}\n`,
    },
    {
      path: "/etc/apt/apt.conf.d/52groundplan",
      content: [
        'APT::Periodic::Update-Package-Lists "1";',
        'APT::Periodic::Unattended-Upgrade "1";',
        // Docker and Compose get their fixes there.
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the variables are apt's own.
        'Unattended-Upgrade::Allowed-Origins { "${distro_id}:${distro_codename}-updates"; };',
        'Unattended-Upgrade::Remove-Unused-Dependencies "true";',
        'Unattended-Upgrade::Automatic-Reboot "true";',
        `Unattended-Upgrade::Automatic-Reboot-Time "${REBOOT_TIME}";`,
        "",
      ].join("\n"),
    },
    {
      path: "/etc/sysctl.d/60-groundplan.conf",
      content: [
        // Redis forks to persist, and asks for it: https://redis.io/docs/latest/operate/oss_and_stack/management/admin/
        "vm.overcommit_memory = 1",
        // https://www.elastic.co/docs/deploy-manage/deploy/self-managed/vm-max-map-count
        ...(searches ? ["vm.max_map_count = 1048576"] : []),
        "",
      ].join("\n"),
    },
    closeMetadata(),
  ];
}

/**
 * Keeps containers from the metadata service, and so from the machine's identity, but for those on the one network of
 * services that call the cloud. On Google Cloud that address is the name server too, so names (53) stay open: over TCP
 * by the rule, over UDP because the service itself speaks TCP alone. Made before Docker starts, which leaves this chain
 * to others and asks it first.
 * https://docs.docker.com/engine/network/packet-filtering-firewalls/
 */
function closeMetadata(): HostFile {
  return script(
    "close-metadata",
    `
iptables --wait --new-chain DOCKER-USER 2>/dev/null || true
rule=(DOCKER-USER --destination ${METADATA_ADDRESS}/32 ! --in-interface ${CLOUD_BRIDGE} --protocol tcp ! --destination-port 53 --jump DROP)
iptables --wait --check "\${rule[@]}" 2>/dev/null || iptables --wait --insert "\${rule[@]}"
`,
  );
}
