import { complain, reasonOf } from './complain.ts';

/**
 * A function that never throws: the first failure is told on stderr in one line and disables it, and from then on, as
 * at the failure, it answers with the fallback.
 * @param onFailure told the reason, once
 */
export function guarded<Arguments extends readonly unknown[], Result>(
  name: string,
  work: (...given: Arguments) => Result,
  fallback: Result,
  onFailure: (reason: string) => void,
): (...given: Arguments) => Result {
  let isDisabled = false;
  return (...given) => {
    if (isDisabled) return fallback;
    try {
      return work(...given);
    } catch (error) {
      isDisabled = true;
      complain(`${name} is disabled: ${reasonOf(error)}`);
      onFailure(reasonOf(error));
      return fallback;
    }
  };
}
