import { InvalidArgumentError } from 'commander';

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Reads `30s`, `15m`, `24h`, `7d` or `0` as seconds, at most `maxDays`. */
export function durationOption(maxDays: number): (text: string) => number {
  return (text) => {
    const match = /^(\d{1,9})([smhd])$/.exec(text);
    const seconds = text === '0' ? 0 : Number(match?.[1]) * (UNIT_SECONDS[match?.[2] ?? ''] ?? NaN);
    if (Number.isNaN(seconds) || seconds > maxDays * 86_400) {
      throw new InvalidArgumentError(
        `Expected a time such as 30s, 15m, 24h, 7d or 0, at most ${maxDays}d.`,
      );
    }
    return seconds;
  };
}

/** Reads a whole number within limits. */
export function wholeOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}
