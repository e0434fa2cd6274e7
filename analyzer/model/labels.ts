/**
 * A label is the kind of reference and its name: `.name` property, `$name` variable in a scope, `[*]` element, map value or
 * set member, `[key]` map key, `{*}` value of an object used as dictionary, `(name)` anything V8 names itself.
 */
export const ELEMENT_LABEL = '[*]';
export const KEY_LABEL = '[key]';
export const DICTIONARY_LABEL = '{*}';
export const SCOPE_LABEL = '(scope)';
export const OUTER_SCOPE_LABEL = '(outer scope)';
export const REACTION_LABEL = '(reaction)';
export const TIMER_LABEL = '(timer)';
/** A variable of a block scope, whose name V8 does not write down. */
export const UNNAMED_LABEL = '(unnamed)';
export const WEAK_MAP_VALUE_LABEL = '(WeakMap value)';
