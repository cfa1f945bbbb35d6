/**
 * What each kind of work does in each step. `next` is the value to come, `follows` whether one that was made before may
 * still follow the current one, `set` tells the store of it, `test` uses it as
 * a client would, `reach` only finds out whether all of this could be done.
 *
 * @typedef {object} Tools
 * @property {Record<string, any>} settings what the function is for
 * @property {(service: string, operation: string, input: object, region?: string) => Promise<any>} call
 * @property {Function} asUser
 * @property {(error: unknown) => boolean} isRefused
 * @property {Function} takesToken
 * @property {(milliseconds: number) => Promise<unknown>} sleep
 * @property {() => number} remaining milliseconds this step has left
 * @property {(line: object) => void} log
 */
const { fieldsOf, neededFields, otherUser, randomText, scramVerifier, withCredentials } = require("./values.cjs");

const PAUSE_MS = 5_000;
const LEAST_LENGTH = 16;

/** A value nobody else has to be told. */
const value = {
  next: ({ current }) => randomText(Math.max(current.length, LEAST_LENGTH)),
  follows: () => true,
  set: () => "nobody else has to be told",
  test: () => {},
  reach: () => {},
};

/** The user, password or value of another region's secret; all else is this one's own. */
const copy = {
  next: async (step) => {
    const source = await sourceOf(step);
    const [own, other] = [fieldsOf(step.current), fieldsOf(source)];
    if ((own === undefined) !== (other === undefined)) {
      throw new Error("its source is not of its form");
    }
    if (own === undefined) {
      return source;
    }
    const { user, password } = neededFields(source, ["user", "password"], "its source");
    return JSON.stringify(withCredentials(own, { user, password }));
  },
  follows: () => true,
  set: () => "its source's store knows it",
  test: () => {},
  reach: async (step) => {
    await sourceOf(step);
  },
};

async function sourceOf({ arn, tools, read }) {
  const { source } = tools.settings.sources.find(({ secret }) => secret === arn) ?? {};
  if (source === undefined) {
    throw new Error("it has no source");
  }
  const text = await read.stage(source, "AWSCURRENT");
  if (text === undefined) {
    throw new Error(`its source ${source} has no value yet`);
  }
  return text;
}

/** The token of a replication group, which takes the last two. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html */
const redis = {
  next: ({ current }) => {
    const fields = neededFields(current, ["password"], "it");
    return JSON.stringify(withCredentials(fields, { password: randomText(fields.password.length) }));
  },
  follows: () => true,
  set: async ({ pending, tools }) => {
    const { group } = tools.settings;
    await until(tools, `${group} is available`, () => isAvailable(tools));
    // A second ROTATE with the same token would drop the one that clients use.
    if (await takes(tools, pending)) {
      return "the cache takes the next token already";
    }
    await change(tools, group, "elasticache", "modifyReplicationGroup", {
      ReplicationGroupId: group,
      AuthToken: fieldsOf(pending).password,
      AuthTokenUpdateStrategy: "ROTATE",
      ApplyImmediately: true,
    });
    await until(
      tools,
      `${group} takes its next token`,
      async () => (await isAvailable(tools)) && (await takes(tools, pending)),
    );
    return "the cache takes the next token beside the current one";
  },
  test: async ({ pending, tools }) => {
    if (!(await takes(tools, pending))) {
      throw new Error("the cache refuses the next token");
    }
  },
  reach: async ({ current, tools }) => {
    if (!(await takes(tools, current))) {
      throw new Error("the cache refuses the current token");
    }
  },
};

function takes({ settings, takesToken }, text) {
  const { password } = neededFields(text, ["password"], "it");
  return takesToken({ host: settings.host, port: settings.port, token: password });
}

async function isAvailable({ settings, call }) {
  const { ReplicationGroups } = await call("elasticache", "describeReplicationGroups", {
    ReplicationGroupId: settings.group,
  });
  const [group] = ReplicationGroups ?? [];
  // AuthTokenStatus may say ROTATING for as long as the group takes two tokens; whether it takes one is asked of itself.
  return group?.Status === "available";
}

/** Waits as long as the step may take. */
async function until({ remaining, sleep }, what, isSo) {
  while (!(await isSo())) {
    if (remaining() < 2 * PAUSE_MS) {
      throw new Error(`not within this step's time: ${what}`);
    }
    await sleep(PAUSE_MS);
  }
}

/** Asks for a change, and waits while another one is under way. */
function change(tools, what, service, operation, input) {
  return until(tools, `${what} takes changes`, async () => {
    try {
      await tools.call(service, operation, input);
      return true;
    } catch (error) {
      if (/^Invalid(DBInstance|ReplicationGroup)State/.test(error?.name)) {
        return false;
      }
      throw error;
    }
  });
}

/** A client's user, or the administrator where the secret is the administrator's. */
const postgres = {
  next: (step) => {
    const names = isAdministrator(step) ? ["username", "password"] : ["user", "password"];
    const fields = neededFields(step.current, names, "it");
    const password = randomText(fields.password.length);
    const user = isAdministrator(step) ? undefined : otherUser(fields.user, step.tools.settings.alternate);
    return JSON.stringify(withCredentials(fields, { user, password }));
  },
  follows: (step) => isAdministrator(step) || isOtherUser(step),
  set: (step) => (isAdministrator(step) ? setAdministrator(step) : setClient(step)),
  test: (step) => (isAdministrator(step) ? connect(step, step.pending) : testClient(step)),
  reach: (step) => asAdministrator(step, (sql) => sql("SELECT 1")),
};

/** The stack may have gone back to the user that was to come: a new password would take it from those that use it. */
function isOtherUser({ current, pending, tools }) {
  return fieldsOf(pending).user === otherUser(fieldsOf(current).user, tools.settings.alternate);
}

function isAdministrator({ arn, tools }) {
  return arn === tools.settings.administrator;
}

async function setAdministrator(step) {
  const { tools, pending } = step;
  const { instance } = tools.settings;
  if (instance === undefined) {
    throw new Error("RDS rotates the administrator's password itself");
  }
  if (await accepts(step, pending)) {
    return "the instance takes the next password already";
  }
  await change(tools, instance, "rds", "modifyDBInstance", {
    DBInstanceIdentifier: instance,
    MasterUserPassword: fieldsOf(pending).password,
    ApplyImmediately: true,
  });
  await until(tools, `${instance} takes its next password`, () => accepts(step, pending));
  return "the instance takes the next password";
}

/** The user that clients do not use just now gets the next password; the one they use stays as it is. */
async function setClient(step) {
  const { user, password } = neededFields(step.pending, ["user", "password"], "the next value");
  if (await accepts(step, step.pending)) {
    return `${user} has the next password already`;
  }
  await asAdministrator(step, async (sql) => {
    const [role] = await sql("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = $1", [user]);
    if (role === undefined) {
      throw new Error(`there is no user ${user}: the job that makes the users has not run`);
    }
    if (role.rolsuper || role.rolcreaterole) {
      throw new Error(`${user} is no client: it may make roles`);
    }
    await sql(`ALTER ROLE "${user.replaceAll('"', '""')}" LOGIN PASSWORD '${scramVerifier(password)}'`);
  });
  return `${user} has the next password`;
}

/** Whether the next user can do what the current one can. */
async function testClient(step) {
  const { current, pending } = step;
  const users = [fieldsOf(current).user, fieldsOf(pending).user];
  const [now, next] = await connect(step, pending, async (sql) => [
    await rightsOf(sql, users[0]),
    await rightsOf(sql, users[1]),
  ]);
  if (now !== next) {
    throw new Error(`${users[1]} may not do what ${users[0]} may: run the job that makes the users again`);
  }
}

/** The roles a user belongs to, and its settings. */
async function rightsOf(sql, user) {
  const roles = await sql(
    "SELECT r.rolname AS text FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = $1 ORDER BY 1",
    [user],
  );
  const settings = await sql(
    "SELECT s.setdatabase || ' ' || array_to_string(s.setconfig, ',') AS text FROM pg_db_role_setting s JOIN pg_roles u ON u.oid = s.setrole WHERE u.rolname = $1 ORDER BY 1",
    [user],
  );
  return [...roles, ...settings].map(({ text }) => text).join("\n");
}

function connect({ tools }, text, work = (sql) => sql("SELECT 1")) {
  const fields = fieldsOf(text) ?? {};
  const { host, port, database } = tools.settings;
  const user = fields.user ?? fields.username;
  return tools.asUser({ host, port, database, user, password: fields.password }, work);
}

async function accepts(step, text) {
  try {
    await connect(step, text);
    return true;
  } catch (error) {
    if (step.tools.isRefused(error)) {
      return false;
    }
    throw error;
  }
}

/** While the administrator's own password turns, its next one may be the one that is good. */
async function asAdministrator(step, work) {
  const { administrator } = step.tools.settings;
  let refused = new Error("the administrator's secret has no value yet");
  for (const stage of ["AWSCURRENT", "AWSPENDING"]) {
    const text = await step.read.stage(administrator, stage);
    if (text === undefined) {
      continue;
    }
    neededFields(text, ["username", "password"], "the administrator's secret");
    try {
      return await connect(step, text, work);
    } catch (error) {
      if (!step.tools.isRefused(error)) {
        throw error;
      }
      refused = error;
    }
  }
  throw refused;
}

module.exports = { WORKS: { value, copy, redis, postgres } };
