import type { BackupSpec, StoreOf } from "../../../systems/spec";
import { passphraseName } from "../../operations/backup/contract";
import { BIN, DATA, GROUP_ID, HOME, type HostFile, RUN, USER_ID } from "../contract";
import { script, shellQuote } from "./script";

export interface BackupArgs {
  readonly name: string;
  readonly spec: BackupSpec;
  readonly store: StoreOf<"postgres">;
  /** Image of the database, for the restore test. */
  readonly image: string;
  /** URL of the bucket, without a slash at its end. */
  readonly bucketUrl: string;
  /** Name of the compose project. */
  readonly project: string;
}

/** Name under which a backup's last object is written down, on the data volume. */
const STATE = `${DATA}/state`;
const SCRATCH = `${DATA}/scratch`;

/**
 * A logical dump: dumped, compressed and encrypted in one pipe that fails as a whole, read back, and only then uploaded;
 * the last step publishes its name. GnuPG's symmetric mode detects a file that was tampered with, which bare AES-CBC
 * does not.
 */
export function backupScript({ name, spec, store, bucketUrl, project }: BackupArgs): HostFile {
  const passphrase = `${RUN}/secrets/${passphraseName(name)}`;
  const gpg = `gpg --batch --quiet --no-options --homedir "$work" --pinentry-mode loopback --passphrase-file ${passphrase}`;
  return script(
    `backup-${name}`,
    `
umask 077
install -d -m 0700 ${SCRATCH} ${STATE}
work="$(mktemp --directory ${SCRATCH}/backup-XXXXXXXX)"
trap 'rm -rf "$work"' EXIT
object=${shellQuote(`${spec.prefix}${spec.fileName}`)}
object="\${object//DATE/$(date --utc +%Y-%m-%d)}"

docker compose --project-name ${project} --file ${HOME}/compose.yaml exec -T ${spec.store} \\
  sh -c ${shellQuote(`PGPASSWORD="$(cat /run/credentials/admin-password)" exec pg_dump --host=127.0.0.1 --username=postgres --format=custom --compress=0 ${store.database}`)} \\
  | gzip | ${gpg} --symmetric --cipher-algo AES256 --output "$work/partial"

# What cannot be read back is no backup.
# The pipe is drained: a reader that leaves early ends the writers by SIGPIPE, and the pipe with them.
magic="$(${gpg} --decrypt "$work/partial" | gunzip | { head --bytes 5; cat > /dev/null; })"
[ "$magic" = PGDMP ]

${BIN}/put-object "$work/partial" "${bucketUrl}/$object"
${BIN}/get-object "${bucketUrl}/$object" "$work/copy"
cmp "$work/partial" "$work/copy"
printf '%s\\n' "$object" > "$work/latest"
${BIN}/put-object "$work/latest" ${shellQuote(`${bucketUrl}/${latestOf(spec, name)}`)}
cp "$work/latest" ${STATE}/backup-${name}
${BIN}/publish-metric ${shellQuote(`BackupBytes-${name}`)} "$(stat --format %s "$work/partial")"
`,
  );
}

/** Restores the newest copy into a database of its own that talks to nobody, and looks whether the data is there. */
export function restoreTestScript({ name, spec, store, image, bucketUrl }: BackupArgs): HostFile {
  const passphrase = `${RUN}/secrets/${passphraseName(name)}`;
  const container = `restore-test-${name}`;
  return script(
    `restore-test-${name}`,
    `
umask 077
install -d -m 0700 ${SCRATCH}
work="$(mktemp --directory ${SCRATCH}/restore-XXXXXXXX)"
trap 'docker rm --force ${container} > /dev/null 2>&1 || true; rm -rf "$work"; [ "\${passed:-}" = yes ] || ${BIN}/publish-metric ${shellQuote(`RestoreTestPassed-${name}`)} 0' EXIT

${BIN}/get-object ${shellQuote(`${bucketUrl}/${latestOf(spec, name)}`)} "$work/latest"
${BIN}/get-object "${bucketUrl}/$(cat "$work/latest")" "$work/copy"
gpg --batch --quiet --no-options --homedir "$work" --pinentry-mode loopback --passphrase-file ${passphrase} \\
  --decrypt "$work/copy" | gunzip > "$work/dump"

install -d -m 0700 -o ${USER_ID} -g ${GROUP_ID} "$work/data"
chmod 0711 "$work"
# It has no network: its only way in is a socket inside the container.
docker run --detach --name ${container} --network none --user ${USER_ID}:${GROUP_ID} --read-only --cap-drop ALL \\
  --security-opt no-new-privileges --memory 1g --cpus 1 --shm-size 128m \\
  --tmpfs /tmp --tmpfs /var/run/postgresql:mode=1777 --volume "$work/data:/var/lib/postgresql/data" \\
  --volume ${HOME}/files/${spec.store}/etc_passwd:/etc/passwd:ro \\
  --env PGDATA=/var/lib/postgresql/data/pgdata --env POSTGRES_HOST_AUTH_METHOD=trust ${shellQuote(image)} > /dev/null
for _ in $(seq 60); do
  docker exec ${container} pg_isready --quiet --host=127.0.0.1 --username=postgres && break
  sleep 2
done
docker exec ${container} createdb --username=postgres ${store.database}
# The roles that own what is restored are the live system's.
docker exec --interactive ${container} pg_restore --username=postgres --dbname=${store.database} \\
  --no-owner --no-privileges --exit-on-error < "$work/dump"
expected="$(docker exec --interactive ${container} pg_restore --list < "$work/dump" | grep --count ' TABLE DATA ' || true)"
found="$(docker exec ${container} psql --username=postgres --dbname=${store.database} --tuples-only --no-align \\
  --command "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')")"
echo "restored $found tables, the copy has data of $expected"
[ "$found" -ge "$expected" ]
${BIN}/publish-metric ${shellQuote(`RestoreTestPassed-${name}`)} 1
passed=yes
`,
  );
}

/** Object that names the newest copy: written last, so what it names is whole. */
function latestOf(spec: BackupSpec, name: string): string {
  return `${spec.prefix}latest-${name}`;
}
