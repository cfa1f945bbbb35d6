import type { HostContainer, SecretFile } from "../compose/types";
import { BIN, GROUP_ID, HOME, type HostFile, RUN } from "../contract";
import { script } from "./script";

/** Ten seconds apart. What waits for the secrets at boot would not be started again by a later success. */
const FETCH_ATTEMPTS = 30;

/**
 * Reads every secret from the cloud's store with the machine's own identity, and writes what containers need to files in
 * memory: variables for root alone, as compose reads them; single values each for the one user that reads it. Nothing
 * reaches a disk, an argument or the user data.
 *
 * @param own files of the host's own scripts
 */
export function secretFiles(
  containers: readonly HostContainer[],
  own: readonly SecretFile[],
  secrets: Readonly<Record<string, string>>,
  project: string,
): readonly HostFile[] {
  const templates = containers.filter(({ secretEnv }) => Object.keys(secretEnv).length > 0);
  const single = [...containers.flatMap((container) => container.secretFiles), ...own];
  return [
    {
      path: `${HOME}/secrets.list`,
      content: lines(Object.entries(secrets).map(([name, id]) => `${name} ${id}`)),
      permissions: "0600",
    },
    {
      path: `${HOME}/secret-files.list`,
      content: lines(single.map(({ file, secret, user }) => `${file} ${secret} ${user}`)),
      permissions: "0600",
    },
    ...templates.map(({ name, secretEnv }) => ({
      path: `${HOME}/env/${name}.env`,
      content: lines(Object.entries(secretEnv).map(([variable, value]) => `${variable}=${value}`)),
      permissions: "0600",
    })),
    writer(),
    refresher(project),
  ];
}

/** Servers read their files once, when they start: a change makes every container anew. */
function refresher(project: string): HostFile {
  return script(
    "refresh-secrets",
    `
checksum() {
  find ${RUN}/secrets ${RUN}/env -type f -exec sha256sum {} + | sort | sha256sum
}
before="$(checksum)"
${BIN}/write-secrets
[ "$before" = "$(checksum)" ] && exit 0
docker compose --project-name ${project} --file ${HOME}/compose.yaml up --detach --force-recreate --remove-orphans
`,
  );
}

function writer(): HostFile {
  return script(
    "write-secrets",
    `
umask 077
install -d -m 0700 ${RUN} ${RUN}/secrets ${RUN}/env
declare -A values
while read -r name id; do
  value=""
  # A role takes a while to be known everywhere, and the network to be there.
  for _ in $(seq ${FETCH_ATTEMPTS}); do
    value="$(${BIN}/fetch-secret "$id")" && break
    sleep 10
  done
  [ -n "$value" ] || { echo "secret $name is empty" >&2; exit 1; }
  values[$name]="$value"
done < ${HOME}/secrets.list

# Replaced at once by a rename, so that no reader sees half a file.
while read -r file name user; do
  printf '%s' "\${values[$name]}" > "${RUN}/secrets/.$file"
  chown "$user:${GROUP_ID}" "${RUN}/secrets/.$file"
  chmod 0400 "${RUN}/secrets/.$file"
  # A file that has not changed keeps its place: containers have it mounted.
  if cmp --silent "${RUN}/secrets/.$file" "${RUN}/secrets/$file"; then
    rm "${RUN}/secrets/.$file"
  else
    mv "${RUN}/secrets/.$file" "${RUN}/secrets/$file"
  fi
done < ${HOME}/secret-files.list

shopt -s nullglob
for template in ${HOME}/env/*.env; do
  target="${RUN}/env/$(basename "$template")"
  while IFS= read -r line; do
    for name in "\${!values[@]}"; do
      placeholder="{{$name}}"
      if [[ "$line" == *"$placeholder"* ]]; then
        # A variable's file has one line per variable.
        [[ "\${values[$name]}" != *$'\\n'* ]] || { echo "secret $name has several lines" >&2; exit 1; }
        line="\${line//"$placeholder"/"\${values[$name]}"}"
      fi
    done
    printf '%s\\n' "$line"
  done < "$template" > "$target.new"
  mv "$target.new" "$target"
done
`,
  );
}

function lines(values: readonly string[]): string {
  return values.map((value) => `${value}\n`).join("");
}
