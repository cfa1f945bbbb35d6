import { NAME_RULES, uniqueName } from "../../naming";
import type { LoadBalancerRoute } from "./contract";
import { planRules, type RulePlan, targetKey } from "./routes";

/** A host that leads to another, path and query kept. */
export interface Redirect {
  readonly host: string;
  readonly to: string;
  readonly permanent: boolean;
}

/** Paths that need the application's session cookie; the application still asks whether it is any good. */
export interface SessionGuard {
  readonly host: string;
  readonly paths: readonly string[];
  readonly cookie: string;
  /** Where a client without one is sent. */
  readonly signIn: string;
}

/** One rule of the listener; the lower the priority, the earlier it is tried. */
export type ListenerRule = Pick<RulePlan, "key" | "host" | "priority"> & {
  /** Any path where absent. */
  readonly paths?: readonly string[];
  /** Cookie a request must bring for the rule to take it. */
  readonly cookie?: string;
  readonly action:
    | { readonly kind: "forward"; readonly target: string }
    | { readonly kind: "sign-in"; readonly path: string }
    | { readonly kind: "redirect"; readonly to: string; readonly permanent: boolean };
};

type Unranked = Omit<ListenerRule, "priority">;

/** Guarded paths before the routes they are part of, the sign-in page before both; hosts that only lead on come last. */
export function planListener(
  routes: readonly LoadBalancerRoute[],
  { redirects = [], guard }: { readonly redirects?: readonly Redirect[]; readonly guard?: SessionGuard } = {},
): readonly ListenerRule[] {
  const plain = planRules(routes).map(
    ({ key, host, paths, target }): Unranked => ({ key, host, paths, action: { kind: "forward", target } }),
  );
  const leading = redirects.map(
    ({ host, to, permanent }): Unranked => ({
      key: keyOf("redirect", host),
      host,
      action: { kind: "redirect", to, permanent },
    }),
  );
  return [...(guard ? guardRules(routes, guard) : []), ...plain, ...leading].map((rule, index) => ({
    ...rule,
    priority: (index + 1) * 10,
  }));
}

function guardRules(routes: readonly LoadBalancerRoute[], guard: SessionGuard): readonly Unranked[] {
  const own = routes.filter(({ host }) => host === guard.host);
  const guarded = guard.paths.flatMap((path) => {
    const within = own.filter((route) => route.path !== path && isUnder(route.path, path));
    const around = longest(own.filter((route) => isUnder(path, route.path)));
    return [...within.map((route) => [route.path, route] as const), ...(around ? [[path, around] as const] : [])];
  });
  const signIn = longest(own.filter((route) => isUnder(guard.signIn, route.path)));
  const open =
    signIn && guard.paths.some((path) => isUnder(guard.signIn, path))
      ? [forward("sign-in-page", guard, guard.signIn, signIn)]
      : [];
  return [
    ...open,
    ...[...guarded]
      .sort(([a], [b]) => b.length - a.length)
      .flatMap(([path, route]): readonly Unranked[] => [
        { ...forward("session", guard, path, route), cookie: guard.cookie },
        {
          key: keyOf("sign-in", guard.host, path),
          host: guard.host,
          paths: patternsOf(path),
          action: { kind: "sign-in", path: guard.signIn },
        },
      ]),
  ];
}

function forward(role: string, { host }: SessionGuard, path: string, route: LoadBalancerRoute): Unranked {
  return {
    key: keyOf(role, host, path),
    host,
    paths: patternsOf(path),
    action: { kind: "forward", target: targetKey(route) },
  };
}

function longest(routes: readonly LoadBalancerRoute[]): LoadBalancerRoute | undefined {
  return [...routes].sort((a, b) => b.path.length - a.path.length)[0];
}

function isUnder(path: string, prefix: string): boolean {
  const root = prefix.replace(/\/$/, "");
  return path === prefix || path.startsWith(`${root}/`);
}

function patternsOf(path: string): readonly string[] {
  return path === "/" ? ["/*"] : [path, `${path.replace(/\/$/, "")}/*`];
}

function keyOf(...parts: readonly string[]): string {
  return uniqueName(
    NAME_RULES.kubernetesLabel,
    parts.map((part) => (part === "/" ? "root" : part.replace(/^\//, "").replaceAll(/[./]/g, "-"))),
  );
}
