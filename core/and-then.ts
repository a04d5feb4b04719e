/**
 * Goes on with a value that is at hand, or once it is. `await` would do, but makes a promise and a turn of the microtask queue of
 * every step, where most steps of most decisions have nothing to wait for.
 */
export function andThen<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}
