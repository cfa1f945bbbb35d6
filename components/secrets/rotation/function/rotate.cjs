/**
 * The four steps of a rotation. Secrets Manager calls each with the version it works on, labelled AWSPENDING, and calls
 * again after an error: every step finds out what is done already.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_how.html
 */
const { fieldsOf, isUpToDate } = require("./values.cjs");
const { WORKS } = require("./works.cjs");

const CURRENT = "AWSCURRENT";
const PENDING = "AWSPENDING";
/**
 * Keeps what the stack wrote last, so that its refresh finds it. Only the stack's versions have names of this form:
 * https://github.com/hashicorp/terraform-plugin-sdk/blob/main/helper/id/id.go; Secrets Manager's own are UUIDs.
 */
const KEPT = "groundplan-initial";
const WRITTEN = /^terraform-\d+/;
const STEPS = { createSecret, setSecret, testSecret, finishSecret };

/**
 * @param {{ Step: string, SecretId: string, ClientRequestToken: string }} event
 * @param {import("./works.cjs").Tools} tools
 */
async function rotate(event, tools) {
  const { Step, SecretId: arn, ClientRequestToken: token } = event;
  const seen = new Set();
  const read = secretReader(tools, seen);
  try {
    const step = STEPS[Step];
    const work = WORKS[tools.settings.kind];
    if (step === undefined || work === undefined) {
      throw new Error(`nothing to do for step ${Step} of work ${tools.settings.kind}`);
    }
    const said = await step({ arn, token, work, tools, read });
    tools.log({ step: Step, secret: arn, version: token, message: said });
  } catch (error) {
    // Whatever a driver puts into its errors, no secret leaves here, and nothing but a message does.
    const failure = new Error(`${Step} of ${arn}: ${withoutSecrets(String(error?.message ?? error), seen)}`);
    failure.name = typeof error?.name === "string" ? error.name : "Error";
    throw failure;
  }
}

async function createSecret(step) {
  const { arn, token, tools, read } = step;
  const versions = await versionsOf(tools, arn);
  // One that an earlier attempt let go of has no label any more, and is listed no more.
  const isLetGo = versions[token] === undefined && holderOf(versions, PENDING) === undefined;
  if (!isLetGo && stagesIn(versions, token).includes(CURRENT)) {
    return "this version is the current one already";
  }
  try {
    return await makeNext(step);
  } catch (error) {
    // A version without a value would be in the way of every rotation to come, and of configuring one.
    await release(step, error, async () => (await read.version(arn, token, PENDING)) === undefined);
    throw error;
  }
}

async function makeNext({ arn, token, work, tools, read }) {
  if ((await read.version(arn, token, PENDING)) !== undefined) {
    return "the next value is there already";
  }
  const current = await currentOf(read, arn);
  const next = await work.next({ arn, current, tools, read });
  read.remember(next);
  await tools.call("secretsmanager", "putSecretValue", {
    SecretId: arn,
    ClientRequestToken: token,
    SecretString: next,
    VersionStages: [PENDING],
  });
  return "the next value is made";
}

async function setSecret(step) {
  const { arn, token, work, tools, read } = step;
  const stages = stagesIn(await versionsOf(tools, arn), token);
  if (stages.includes(CURRENT)) {
    return "this version is the current one already";
  }
  const pending = await read.version(arn, token, PENDING);
  if (pending === undefined) {
    throw new Error("there is no next value: createSecret has not run");
  }
  const current = await currentOf(read, arn);
  const values = { arn, current, pending, tools, read };
  if (!isUpToDate(pending, current) || !work.follows(values)) {
    // It was made of what the stack has replaced since, such as a host.
    const error = new Error("the next value is of an older current one: the next rotation makes another");
    await release(step, error);
    throw error;
  }
  return work.set(values);
}

/**
 * Secrets Manager calls this step alone when rotation is configured, with a version that holds nothing new.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
 */
async function testSecret({ arn, token, work, tools, read }) {
  const current = await currentOf(read, arn);
  const pending = await read.version(arn, token, PENDING);
  if (pending === undefined || pending === current) {
    await work.reach({ arn, current, tools, read });
    return "nothing new to test: everything a rotation needs is in reach";
  }
  await work.test({ arn, current, pending, tools, read });
  return "the next value works";
}

async function finishSecret({ arn, token, tools }) {
  const versions = await versionsOf(tools, arn);
  const former = holderOf(versions, CURRENT);
  if (versions[token] === undefined) {
    throw new Error(`it has no version ${token}`);
  }
  if (former !== token) {
    await keep(tools, arn, versions, former);
    await tools.call("secretsmanager", "updateSecretVersionStage", {
      SecretId: arn,
      VersionStage: CURRENT,
      MoveToVersionId: token,
      ...(former === undefined ? {} : { RemoveFromVersionId: former }),
    });
  }
  // Left where it is, it would be in the way once the stack has written: neither current nor finished.
  await clear(tools, arn, versions, token);
  return former === token ? "this version is the current one already" : "the next value is the current one";
}

/** Labels what the stack wrote, before it loses its last one. */
async function keep(tools, arn, versions, former) {
  if (former === undefined || !WRITTEN.test(former) || versions[former].includes(KEPT)) {
    return;
  }
  const holder = holderOf(versions, KEPT);
  await tools.call("secretsmanager", "updateSecretVersionStage", {
    SecretId: arn,
    VersionStage: KEPT,
    MoveToVersionId: former,
    ...(holder === undefined ? {} : { RemoveFromVersionId: holder }),
  });
}

/** Takes AWSPENDING from a version that has it. */
async function clear(tools, arn, versions, token) {
  if (versions[token]?.includes(PENDING)) {
    await tools.call("secretsmanager", "updateSecretVersionStage", {
      SecretId: arn,
      VersionStage: PENDING,
      RemoveFromVersionId: token,
    });
  }
}

/** Lets go of a version that is of no use, so that the next rotation makes another; what went wrong is said in any case. */
async function release({ arn, token, tools }, error, isOfNoUse = async () => true) {
  try {
    if (await isOfNoUse()) {
      await clear(tools, arn, await versionsOf(tools, arn), token);
    }
  } catch (other) {
    error.message = `${error.message}; and AWSPENDING stays on ${token}: ${other?.message ?? other}`;
  }
}

function holderOf(versions, stage) {
  return Object.keys(versions).find((id) => versions[id].includes(stage));
}

async function versionsOf(tools, arn) {
  const { VersionIdsToStages } = await tools.call("secretsmanager", "describeSecret", { SecretId: arn });
  return VersionIdsToStages ?? {};
}

function stagesIn(versions, token) {
  const stages = versions[token];
  if (stages === undefined) {
    throw new Error(`it has no version ${token}`);
  }
  if (!stages.includes(CURRENT) && !stages.includes(PENDING)) {
    throw new Error(`its version ${token} is not the one to rotate to`);
  }
  return stages;
}

async function currentOf(read, arn) {
  const current = await read.stage(arn, CURRENT);
  if (current === undefined || current === "") {
    throw new Error("it has no value yet");
  }
  return current;
}

/** Reads secrets, and keeps what it has read so that no message can repeat it. */
function secretReader(tools, seen) {
  const remember = (text) => {
    const fields = fieldsOf(text);
    for (const value of fields ? [fields.password, fields.url, text] : [text]) {
      if (typeof value === "string" && value !== "") {
        seen.add(value);
      }
    }
  };
  const get = async (input, region) => {
    try {
      const { SecretString } = await tools.call("secretsmanager", "getSecretValue", input, region);
      if (SecretString !== undefined) {
        remember(SecretString);
      }
      return SecretString;
    } catch (error) {
      if (error?.name === "ResourceNotFoundException") {
        return undefined;
      }
      throw error;
    }
  };
  return {
    remember,
    /** A secret by its label, in the region its ARN names. */
    stage: (arn, stage) => get({ SecretId: arn, VersionStage: stage }, arn.split(":")[3]),
    version: (arn, token, stage) => get({ SecretId: arn, VersionId: token, VersionStage: stage }, arn.split(":")[3]),
  };
}

function withoutSecrets(message, seen) {
  return [...seen].reduce((text, secret) => text.replaceAll(secret, "(secret)"), message);
}

module.exports = { rotate };
