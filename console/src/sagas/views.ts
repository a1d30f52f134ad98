/** A filter that somebody keeps under a name, as the query of an address. */
export interface SavedView {
  readonly name: string;
  readonly search: string;
}

/** Bounds of what is kept in the browser. */
export const viewLimits = { viewsMax: 30, nameLengthMax: 60 } as const;

function isView(value: unknown): value is SavedView {
  const { name, search } = (value ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && typeof search === 'string';
}

/** What the browser kept; whatever is no view is passed over, since another version may have written it. */
export function parseViews(text: string | null): readonly SavedView[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.filter(isView).slice(0, viewLimits.viewsMax) : [];
  } catch {
    return [];
  }
}

/** Adds a view; one of the same name is replaced. The oldest gives way above the bound. */
export function withView(views: readonly SavedView[], view: SavedView): readonly SavedView[] {
  const name = view.name.trim().slice(0, viewLimits.nameLengthMax);
  if (name === '') return views;
  const others = views.filter((one) => one.name !== name);
  return [...others, { name, search: view.search }].slice(-viewLimits.viewsMax);
}

/** The views without the one of that name. */
export function withoutView(views: readonly SavedView[], name: string): readonly SavedView[] {
  return views.filter((one) => one.name !== name);
}
