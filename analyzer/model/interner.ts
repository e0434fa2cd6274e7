/** Numbers texts in the order they come, so that labels of several snapshots can be compared as numbers. */
export interface Interner {
  id(text: string): number;
  text(id: number): string;
}

export function interner(): Interner {
  const idByText = new Map<string, number>();
  const texts: string[] = [];
  return {
    id(text) {
      let id = idByText.get(text);
      if (id === undefined) {
        id = texts.push(text) - 1;
        idByText.set(text, id);
      }
      return id;
    },
    text: (id) => texts[id],
  };
}
