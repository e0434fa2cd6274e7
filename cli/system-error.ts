/** What went wrong with a file, in the system's words without its code and the path: `no such file or directory`. */
export function systemReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^E[A-Z]+: /, '').replace(/, \w+(?: '.*')?$/, '');
}
