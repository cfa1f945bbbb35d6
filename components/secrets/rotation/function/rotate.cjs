/**
 * The four steps of a rotation. Secrets Manager calls each with the version it works on, labelled AWSPENDING, and calls
 * again after an error: every step finds out what is done already.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_how.html
 */
const { fieldsOf } = require("./values.cjs");
const { WORKS } = require("./works.cjs");

const CURRENT = "AWSCURRENT";
const PENDING = "AWSPENDING";
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

async function createSecret({ arn, token, work, tools, read }) {
  if ((await stagesOf(tools, arn, token)).includes(CURRENT)) {
    return "this version is the current one already";
  }
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

async function setSecret({ arn, token, work, tools, read }) {
  if ((await stagesOf(tools, arn, token)).includes(CURRENT)) {
    return "this version is the current one already";
  }
  const pending = await read.version(arn, token, PENDING);
  if (pending === undefined) {
    throw new Error("there is no next value: createSecret has not run");
  }
  return work.set({ arn, current: await currentOf(read, arn), pending, tools, read });
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
  const [former] = Object.entries(versions).find(([, stages]) => stages.includes(CURRENT)) ?? [];
  if (former === token) {
    return "this version is the current one already";
  }
  if (versions[token] === undefined) {
    throw new Error(`it has no version ${token}`);
  }
  await tools.call("secretsmanager", "updateSecretVersionStage", {
    SecretId: arn,
    VersionStage: CURRENT,
    MoveToVersionId: token,
    ...(former === undefined ? {} : { RemoveFromVersionId: former }),
  });
  return "the next value is the current one";
}

async function versionsOf(tools, arn) {
  const { VersionIdsToStages } = await tools.call("secretsmanager", "describeSecret", { SecretId: arn });
  return VersionIdsToStages ?? {};
}

async function stagesOf(tools, arn, token) {
  const stages = (await versionsOf(tools, arn))[token];
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
