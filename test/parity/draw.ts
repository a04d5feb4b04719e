/** Chance that a seed repeats: the same seed, the same draws. */
export interface Draw {
  /** True in so many of 1 cases. */
  chance(probability: number): boolean
  /** A whole number in bounds. */
  whole(least: number, most: number): number
  one<Item>(items: readonly Item[]): Item
  /** Some of them, at least one, each once, in their order. */
  some<Item>(items: readonly Item[], most?: number): Item[]
  /** So many of what is made, each anew. */
  list<Item>(least: number, most: number, make: () => Item): Item[]
}

/** Draws from a seed by mulberry32: 32 bits of state, good enough to choose test cases by. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    chance: (probability) => next() < probability,
    whole,
    one: <Item>(items: readonly Item[]) => items[whole(0, items.length - 1)] as Item,
    some(items, most = items.length) {
      const left = items.map((item, index) => ({ item, index }))
      const count = whole(1, Math.min(most, items.length))
      const taken = Array.from({ length: count }, () => left.splice(whole(0, left.length - 1), 1)).flat()
      return taken.sort((a, b) => a.index - b.index).map(({ item }) => item)
    },
    list: (least, most, make) => Array.from({ length: whole(least, most) }, make),
  }
}
