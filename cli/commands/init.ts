import { initStack, openQuestions, type Question, type StackAnswers, stackProblem } from "../../automation/init";
import { InputError } from "../../components/errors";
import { EXIT } from "../exitCodes";
import type { CommandContext } from "../run";

export interface InitOptions extends StackAnswers {
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** Where questions are asked. */
export interface Streams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** Writes the file of a new stack: asks for what the flags leave open, on a terminal; elsewhere flags say it all. */
export async function init(
  options: InitOptions,
  context: CommandContext,
  streams: Streams = { input: process.stdin, output: process.stderr },
): Promise<void> {
  const { directory, terminal } = context;
  const interactive = terminal.err.interactive && streams.input.isTTY && !options.yes;
  const answers = interactive ? await ask(options, directory, streams) : options;
  if (answers === undefined) {
    context.exitCode = EXIT.interrupted;
    return;
  }
  const file = await initStack(directory, answers, options.force ?? false);
  terminal.out.write(`Stack   ${file}\nTry it  npx groundplan plan --stack ${answers.stack}\n`);
}

/** Asks one question after the other; undefined when whoever is asked gives up. */
async function ask(options: InitOptions, directory: string, streams: Streams): Promise<StackAnswers | undefined> {
  const { intro, isCancel, outro, select, text } = await import("@clack/prompts");
  let answers: StackAnswers = options;
  intro("A new stack", streams);
  for (let [question] = openQuestions(answers); question !== undefined; [question] = openQuestions(answers)) {
    const { flag, what, choices } = question;
    const answer =
      choices && flag !== "system"
        ? await select({
            message: sentence(what),
            options: choices.map((value) => ({ value, label: value })),
            ...streams,
          })
        : await text({
            message: sentence(what),
            ...(choices ? { placeholder: choices.join(", ") } : {}),
            validate: (value) => mistake(question, value ?? "", directory, options.force ?? false),
            ...streams,
          });
    if (isCancel(answer)) {
      outro("Nothing was written", streams);
      return undefined;
    }
    answers = { ...answers, [flag]: flag === "region" ? [...answers.region, answer] : answer };
  }
  outro("That is all", streams);
  return answers;
}

function sentence(what: string): string {
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
}

function mistake({ flag, what }: Question, value: string, directory: string, force: boolean): string | undefined {
  const problem = flag === "stack" && value !== "" ? stackProblem(directory, value, force) : undefined;
  return problem
    ? new InputError([problem]).problems.map(({ found, fix }) => `${found}: ${fix}`).join("; ")
    : value === ""
      ? `Write ${what}`
      : undefined;
}
