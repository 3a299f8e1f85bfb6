/** What a label says of every value that it does not tell apart. */
const OTHER = 'other';

/**
 * Makes a function that lets through label values of one form, up to a number of different ones;
 * everything else becomes `other`. However wrong a caller is, the metric stays small.
 */
export function boundedLabel(options: {
  form: RegExp;
  limit: number;
}): (value: string | undefined) => string {
  const seen = new Set<string>();
  return (value) => {
    if (value === undefined || !options.form.test(value)) return OTHER;
    if (!seen.has(value)) {
      if (seen.size >= options.limit) return OTHER;
      seen.add(value);
    }
    return value;
  };
}
