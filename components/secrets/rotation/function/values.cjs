/** What a secret holds, and what it holds next. */
const { createHash, createHmac, pbkdf2Sync, randomBytes, randomInt } = require("node:crypto");

const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL_CREDENTIALS = /^(postgresql|rediss):\/\/([^:@/]*):[^@/]*@/;
const SCRAM_ROUNDS = 4_096;
const SALT_BYTES = 16;

/** A password of letters and digits, which no URL has to escape. */
function randomText(length) {
  return Array.from({ length }, () => LETTERS_AND_DIGITS[randomInt(LETTERS_AND_DIGITS.length)]).join("");
}

/**
 * The fields of an entry that is JSON; undefined where it is one value.
 * @param {string} text
 * @returns {Record<string, string> | undefined}
 */
function fieldsOf(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Fields of an entry, or an error that says which are not there. */
function neededFields(text, names, what) {
  const fields = fieldsOf(text) ?? {};
  const absent = names.filter((name) => typeof fields[name] !== "string" || fields[name] === "");
  if (absent.length > 0) {
    throw new Error(`${what} has no ${absent.join(" and no ")}`);
  }
  return fields;
}

/**
 * The same entry with another password, and another user where one is given: in its fields and in every URL.
 * @param {Record<string, string>} fields
 * @param {{ user?: string, password: string }} credentials
 */
function withCredentials(fields, { user, password }) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (name === "password") {
        return [name, password];
      }
      if (user !== undefined && (name === "user" || name === "username")) {
        return [name, user];
      }
      return [
        name,
        typeof value === "string"
          ? value.replace(URL_CREDENTIALS, (_, scheme, former) => `${scheme}://${user ?? former}:${password}@`)
          : value,
      ];
    }),
  );
}

/**
 * Whether a next value differs from the current one in its credentials alone.
 * @param {string} pending
 * @param {string} current
 */
function isUpToDate(pending, current) {
  const [next, now] = [fieldsOf(pending), fieldsOf(current)];
  if (next === undefined || now === undefined) {
    return (next === undefined) === (now === undefined);
  }
  const expected = withCredentials(now, { user: next.user ?? next.username, password: next.password });
  return JSON.stringify(sorted(next)) === JSON.stringify(sorted(expected));
}

function sorted(fields) {
  return Object.entries(fields).sort(([left], [right]) => (left < right ? -1 : 1));
}

/** The other of a client's two users. */
function otherUser(user, suffix) {
  return user.endsWith(suffix) ? user.slice(0, -suffix.length) : `${user}${suffix}`;
}

/**
 * What PostgreSQL keeps of a password, so that the password itself stands in no statement, and so in no log of statements.
 * https://www.postgresql.org/docs/current/protocol-sasl.html, https://www.rfc-editor.org/rfc/rfc5803
 */
function scramVerifier(password, salt = randomBytes(SALT_BYTES)) {
  const salted = pbkdf2Sync(password, salt, SCRAM_ROUNDS, 32, "sha256");
  const hmac = (text) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${SCRAM_ROUNDS}:${salt.toString("base64")}$${stored}:${hmac("Server Key").toString("base64")}`;
}

module.exports = { fieldsOf, isUpToDate, neededFields, otherUser, randomText, scramVerifier, withCredentials };
