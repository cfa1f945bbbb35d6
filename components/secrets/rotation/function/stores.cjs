/** How the stores are spoken to: over TLS, the server's certificate checked, by the password in question. */
const { once } = require("node:events");
const tls = require("node:tls");

const PATIENCE_SECONDS = 10;

/**
 * Works as a user of a database.
 * @template T
 * @param {{ host: string, port: number, database: string, user: string, password: string, ca?: string }} target
 * @param {(sql: (text: string, values?: readonly string[]) => Promise<Record<string, unknown>[]>) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function asUser({ host, port, database, user, password, ca }, work) {
  // Only functions for databases carry it.
  const postgres = require("postgres");
  const connection = postgres({
    host,
    port,
    database,
    username: user,
    password,
    ssl: { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    max: 1,
    connect_timeout: PATIENCE_SECONDS,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "groundplan-rotation" },
  });
  try {
    return await work((text, values = []) => connection.unsafe(text, [...values]));
  } finally {
    await connection.end({ timeout: PATIENCE_SECONDS });
  }
}

/** Whether a database refused the password, rather than being out of reach. */
function isRefused(error) {
  // invalid_password, invalid_authorization_specification
  return error?.code === "28P01" || error?.code === "28000";
}

/**
 * Whether a cache takes a token.
 * @param {{ host: string, port: number, token: string, ca?: string }} target
 * @returns {Promise<boolean>}
 */
async function takesToken({ host, port, token, ca }) {
  const socket = tls.connect({ host, port, servername: host, ...(ca === undefined ? {} : { ca }) });
  socket.setTimeout(PATIENCE_SECONDS * 1_000, () => socket.destroy(new Error(`${host} does not answer`)));
  try {
    await once(socket, "secureConnect");
    socket.write(`*2\r\n$4\r\nAUTH\r\n$${Buffer.byteLength(token)}\r\n${token}\r\n`);
    const answer = await firstLine(socket);
    if (answer === "+OK") {
      return true;
    }
    // Redis says which of them it is; both mean that it has another token.
    if (/^-(WRONGPASS|ERR invalid password)/.test(answer)) {
      return false;
    }
    throw new Error(`${host} answers ${answer.slice(0, 100)}`);
  } finally {
    socket.destroy();
  }
}

async function firstLine(socket) {
  let text = "";
  for await (const chunk of socket) {
    text += chunk;
    if (text.includes("\r\n")) {
      return text.slice(0, text.indexOf("\r\n"));
    }
  }
  throw new Error("the cache hung up");
}

module.exports = { asUser, isRefused, takesToken };
