import { describe, expect, test } from 'vitest';
import { additionsInText, propertyInText, variableInText } from '../../analyzer/source/text-declarations.ts';

const SOURCE = `
import type { Session } from './session.ts';
// const store = this comment says nothing
interface Named { sessions: number }
class Other {
  private readonly sessions: Set<string> = new Set<string>();
}
export class SessionStore<T extends Session> {
  private readonly sessions: Map<string, T> = new Map();
  #byUser?: WeakMap<object, T>;
  constructor(private readonly limit: number) {
    this.#byUser = new WeakMap();
  }
  add(session: T): void {
    this.sessions.set(session.user, session);
    byName[session.name] = session;
    if (byName[session.name] === session) return;
  }
}
const byName: Record<string, Session> = {};
const store: SessionStore<Session> = new SessionStore(5);
function inner(): void {
  const store = 1 as number;
}
`;

const lineAt = (offset: number) => (offset === -1 ? -1 : SOURCE.slice(0, offset).split('\n').length);
const lineOf = (text: string) => lineAt(SOURCE.indexOf(text));

describe('in TypeScript that runs as it is', () => {
  test.each([
    ['byName', 0, 'const byName'],
    ['store', SOURCE.indexOf('new SessionStore'), 'const store: '],
    ['store', SOURCE.length, 'const store = 1'],
    ['SessionStore', 0, 'export class'],
  ])('the variable %s before %i is declared at "%s"', (name, at, text) => {
    expect(lineAt(variableInText(SOURCE, name, at))).toBe(lineOf(text));
  });

  test.each([
    ['sessions', 'SessionStore', 'private readonly sessions: Map'],
    ['sessions', 'Other', 'private readonly sessions: Set'],
    ['#byUser', 'SessionStore', 'this.#byUser ='],
    ['limit', 'SessionStore', 'constructor('],
  ])('the property %s of %s is made at "%s"', (name, className, text) => {
    expect(lineAt(propertyInText(SOURCE, name, className, 0))).toBe(lineOf(text));
  });

  test('what is put into a collection is found, and a comparison is not that', () => {
    expect(additionsInText(SOURCE, 'sessions').map(lineAt)).toEqual([lineOf('this.sessions.set')]);
    expect(additionsInText(SOURCE, 'byName').map(lineAt)).toEqual([lineOf('byName[session.name] =')]);
  });

  test('what is not there is not found', () => {
    expect(variableInText(SOURCE, 'absent', 0)).toBe(-1);
    expect(propertyInText(SOURCE, 'absent', null, 0)).toBe(-1);
    expect(additionsInText(SOURCE, 'a.b(c')).toEqual([]);
  });
});
