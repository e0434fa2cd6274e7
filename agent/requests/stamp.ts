/**
 * What the agent knows of a response that is under way, kept on the response by a private name: nobody else can see it,
 * and it goes with the response. A WeakMap costs ten times as much, 1 µs for each request.
 */

/** What a constructor answers is what a subclass puts its private names on. */
const Given = function given(object: object): object {
  return object;
} as unknown as new (object: object) => object;

export class Stamp extends Given {
  #startedMs: number;
  readonly #weight: number;
  /** `GET /users/:id`; null as long as nobody has said it. */
  #route: string | null = null;

  private constructor(response: object, startedMs: number, weight: number) {
    super(response);
    this.#weight = weight;
    this.#startedMs = startedMs;
  }

  /**
   * @param response not stamped yet
   * @param startedMs on `performance.now()`'s scale
   * @param weight how many requests it stands for
   */
  static put(response: object, startedMs: number, weight: number): void {
    void new Stamp(response, startedMs, weight);
  }

  static isOn(response: object): boolean {
    return #startedMs in response;
  }

  /** The response is not to be counted. */
  static discard(response: object): void {
    if (#startedMs in response) response.#startedMs = Number.NaN;
  }

  /** NaN without a stamp. */
  static startedMs(response: object): number {
    return #startedMs in response ? response.#startedMs : Number.NaN;
  }

  /** 0 without a stamp. */
  static weight(response: object): number {
    return #startedMs in response ? response.#weight : 0;
  }

  static route(response: object): string | null {
    return #startedMs in response ? response.#route : null;
  }

  /** Without a stamp nothing is kept. */
  static setRoute(response: object, route: string): void {
    if (#startedMs in response) response.#route = route;
  }
}
