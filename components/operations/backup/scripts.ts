/**
 * The programs of a dump and of its restore test, by file name. Each runs in a container of its own with no more than
 * its step needs: who dumps knows the database and the passphrase but no bucket, who uploads the bucket alone.
 *
 * All are bash: `set -o pipefail` is what makes a dump fail that dies halfway into the pipe.
 */
const HEAD = `#!/bin/bash
set -euo pipefail
umask 077
work="\${WORK:-/work}"
fail() { echo "$*" >&2; exit 1; }
`;

/** gpg wants a home it may write to; its symmetric mode checks integrity, which \`openssl enc\` does not. */
const GPG = `GNUPGHOME="$(mktemp -d)"
export GNUPGHOME
crypt() { gpg --batch --quiet --no-tty --yes --pinentry-mode loopback --passphrase-file "$PASSPHRASE_FILE" "$@"; }
`;

/** Objects are listed by key; only those named as the backup names them count. */
const LIST = `before="$PREFIX\${FILE_NAME%%DATE*}"
after="\${FILE_NAME#*DATE}"
day_of() {
  local day="\${1#"$before"}"
  day="\${day%"$after"}"
  if [[ "$1" == "$before$day$after" && "$day" =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]]; then echo "$day"; fi
}
aws s3api list-objects-v2 --bucket "$BUCKET" --prefix "$PREFIX" --query 'Contents[].[Key]' --output text > "$work/keys"
`;

const DUMP = `${HEAD}${GPG}
date -u +%F > "$work/day"
date -u -d "-$RETENTION_DAYS days" +%F > "$work/cutoff"

pg_dump --format=custom --compress=0 --no-password | gzip -6 |
  crypt --symmetric --cipher-algo AES256 --s2k-digest-algo SHA512 --compress-algo none --output "$work/dump.partial"

crypt --decrypt "$work/dump.partial" | gzip -t
crypt --decrypt "$work/dump.partial" | gunzip | pg_restore --list > "$work/contents"
entries="$(grep -c '^[0-9]' "$work/contents")" || fail "the dump holds nothing"
mv "$work/dump.partial" "$work/dump"
echo "{\\"event\\":\\"dumped\\",\\"entries\\":$entries,\\"bytes\\":$(stat -c %s "$work/dump")}"
`;

/**
 * An upload to S3 appears whole, checked by its sum, or not at all. It is never moved into place: a bucket that locks
 * what it has would keep what it was moved from as well.
 */
const UPLOAD = `${HEAD}
name="\${FILE_NAME/DATE/$(< "$work/day")}"
key="$PREFIX$name"
size="$(wc -c < "$work/dump")"

aws s3 cp --only-show-errors "$work/dump" "s3://$BUCKET/$key"
stored="$(aws s3api head-object --bucket "$BUCKET" --key "$key" --query ContentLength --output text)"
if [[ "$((stored))" -ne "$((size))" ]]; then
  aws s3 rm --only-show-errors "s3://$BUCKET/$key"
  fail "the bucket has $stored bytes of $size"
fi

cutoff="$(< "$work/cutoff")"
${LIST}
while read -r old; do
  day="$(day_of "$old")"
  if [[ -n "$day" && "$day" < "$cutoff" ]]; then aws s3 rm --only-show-errors "s3://$BUCKET/$old"; fi
done < "$work/keys"
echo "{\\"event\\":\\"published\\",\\"key\\":\\"$key\\",\\"bytes\\":$((size))}"
`;

const FETCH = `${HEAD}
${LIST}
newest=""
while read -r key; do
  day="$(day_of "$key")"
  if [[ "$day" > "$newest" ]]; then newest="$day"; found="$key"; fi
done < "$work/keys"
[[ -n "$newest" ]] || fail "there is no dump below s3://$BUCKET/$PREFIX"
aws s3 cp --only-show-errors "s3://$BUCKET/$found" "$work/encrypted"
echo "$newest" > "$work/day"
`;

const DECRYPT = `${HEAD}${GPG}
oldest="$(date -u -d "-$MAX_AGE_SECONDS seconds" +%F)"
day="$(< "$work/day")"
[[ ! "$day" < "$oldest" ]] || fail "the newest dump is of $day, before $oldest"
crypt --decrypt "$work/encrypted" | gunzip > "$work/dump"
rm "$work/encrypted"
`;

/** Restores into a server of its own, which listens on a socket in its scratch directory and nowhere else. */
const RESTORE = `${HEAD}
export PGHOST="$work/run" PGUSER=postgres
mkdir -p "$PGHOST"
initdb --pgdata="$work/data" --username=postgres --auth=trust --encoding=UTF8 --no-sync > "$work/initdb.log"
trap 'pg_ctl --pgdata="$work/data" --mode=immediate stop > /dev/null || true' EXIT
pg_ctl --pgdata="$work/data" --log="$work/server.log" --wait \\
  --options="-c listen_addresses='' -c unix_socket_directories='$PGHOST' -c fsync=off" start > /dev/null || { cat "$work/server.log" >&2; exit 1; }
createdb restored
pg_restore --exit-on-error --no-owner --no-privileges --dbname=restored "$work/dump"

ask() { psql --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname=restored --command="$1"; }
expected="$(pg_restore --list "$work/dump" | awk '$4 == "TABLE" && $5 != "DATA" && $5 != "ATTACH"' | wc -l)"
tables="$(ask "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')")"
[[ "$expected" -gt 0 ]] || fail "the dump holds no table"
[[ "$tables" -eq "$expected" ]] || fail "$tables of $expected tables came back"
invalid="$(ask "SELECT count(*) FROM pg_constraint WHERE NOT convalidated")"
[[ "$invalid" -eq 0 ]] || fail "$invalid constraints do not hold"
ask ANALYZE > /dev/null
rows="$(ask "SELECT coalesce(sum(greatest(n_live_tup, 0)), 0) FROM pg_stat_user_tables")"
echo "{\\"event\\":\\"restored\\",\\"day\\":\\"$(< "$work/day")\\",\\"tables\\":$tables,\\"rows\\":$rows}"
`;

/** What a bucket of Cloud Storage is asked of: its own command line, with no state but in its scratch directory. */
const GCLOUD = `export CLOUDSDK_CONFIG=/tmp/gcloud CLOUDSDK_CORE_DISABLE_PROMPTS=1
# Parts of a large file would be objects of their own, and a locked bucket lets nobody take them away again.
export CLOUDSDK_STORAGE_PARALLEL_COMPOSITE_UPLOAD_ENABLED=False
size_of() { gcloud storage objects describe "gs://$BUCKET/$1" --format="value(size)"; }
`;

const GCS_LIST = `before="$PREFIX\${FILE_NAME%%DATE*}"
after="\${FILE_NAME#*DATE}"
day_of() {
  local day="\${1#"$before"}"
  day="\${day%"$after"}"
  if [[ "$1" == "$before$day$after" && "$day" =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]]; then echo "$day"; fi
}
gcloud storage ls "gs://$BUCKET/$PREFIX" > "$work/urls"
while read -r url; do echo "\${url#"gs://$BUCKET/"}"; done < "$work/urls" > "$work/keys"
`;

/** An upload to Cloud Storage appears whole or not at all; what is there is never written over, as a lock would refuse it. */
const GCS_UPLOAD = `${HEAD}${GCLOUD}
name="\${FILE_NAME/DATE/$(< "$work/day")}"
key="$PREFIX$name"
size="$(wc -c < "$work/dump")"

if stored="$(size_of "$key" 2> /dev/null)"; then
  echo "{\\"event\\":\\"kept\\",\\"key\\":\\"$key\\",\\"bytes\\":$stored}"
else
  gcloud storage cp "$work/dump" "gs://$BUCKET/$key"
  stored="$(size_of "$key")"
  [[ "$((stored))" -eq "$((size))" ]] || fail "the bucket has $stored bytes of $size"
  echo "{\\"event\\":\\"published\\",\\"key\\":\\"$key\\",\\"bytes\\":$((size))}"
fi

cutoff="$(< "$work/cutoff")"
${GCS_LIST}
while read -r old; do
  day="$(day_of "$old")"
  if [[ -n "$day" && "$day" < "$cutoff" ]]; then
    gcloud storage rm "gs://$BUCKET/$old" || echo "{\\"event\\":\\"locked\\",\\"key\\":\\"$old\\"}"
  fi
done < "$work/keys"
`;

const GCS_FETCH = `${HEAD}${GCLOUD}
${GCS_LIST}
newest=""
while read -r key; do
  day="$(day_of "$key")"
  if [[ "$day" > "$newest" ]]; then newest="$day"; found="$key"; fi
done < "$work/keys"
[[ -n "$newest" ]] || fail "there is no dump below gs://$BUCKET/$PREFIX"
gcloud storage cp "gs://$BUCKET/$found" "$work/encrypted"
echo "$newest" > "$work/day"
`;

export const DUMP_SCRIPTS = { "dump.sh": DUMP, "upload.sh": UPLOAD } as const;
export const RESTORE_SCRIPTS = { "fetch.sh": FETCH, "decrypt.sh": DECRYPT, "restore.sh": RESTORE } as const;

/** The same programs for a bucket of Cloud Storage: only who speaks to it differs. */
export const GCS_DUMP_SCRIPTS = { ...DUMP_SCRIPTS, "upload.sh": GCS_UPLOAD } as const;
export const GCS_RESTORE_SCRIPTS = { ...RESTORE_SCRIPTS, "fetch.sh": GCS_FETCH } as const;
