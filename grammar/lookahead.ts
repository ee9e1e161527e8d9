import { type ILookaheadStrategy, LLkLookaheadStrategy } from "chevrotain";

type BuildAlternation = ILookaheadStrategy["buildLookaheadForAlternation"];
type BuildOptional = ILookaheadStrategy["buildLookaheadForOptional"];

/**
 * Chevrotain's own lookahead, each decision worked out when it is first met instead of all of them before the first token:
 * a short spec meets few, and this is most of the time that a parser takes to come to life.
 */
export class LazyLookahead extends LLkLookaheadStrategy {
  override buildLookaheadForAlternation(options: Parameters<BuildAlternation>[0]): ReturnType<BuildAlternation> {
    const build = () => super.buildLookaheadForAlternation(options);
    let decide: ReturnType<BuildAlternation> | null = null;
    return function (this: unknown, ...alternatives: Parameters<ReturnType<BuildAlternation>>) {
      decide ??= build();
      return decide.apply(this, alternatives);
    };
  }

  override buildLookaheadForOptional(options: Parameters<BuildOptional>[0]): ReturnType<BuildOptional> {
    const build = () => super.buildLookaheadForOptional(options);
    let decide: ReturnType<BuildOptional> | null = null;
    return function (this: unknown) {
      decide ??= build();
      return decide.apply(this);
    };
  }
}
