/** What has to be done by hand: it is told, and nothing is edited in its place. */
export class ByHand extends Error {
  override name = 'ByHand';
}
