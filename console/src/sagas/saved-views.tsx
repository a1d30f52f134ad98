import { useState } from 'preact/hooks';
import { addresses } from '../parts/addresses';
import { parseViews, viewLimits, withView, withoutView } from './views';
import type { SavedView } from './views';

const storageKey = 'holdfast.saga-views';

function useViews() {
  const [views, setViews] = useState(() => parseViews(localStorage.getItem(storageKey)));
  const keep = (next: readonly SavedView[]): void => {
    localStorage.setItem(storageKey, JSON.stringify(next));
    setViews(next);
  };
  return { views, keep };
}

/** Filters that somebody named; they stay in this browser. */
export function SavedViews(props: { readonly search: string }) {
  const { views, keep } = useViews();
  const [name, setName] = useState('');
  const save = (event: Event): void => {
    event.preventDefault();
    keep(withView(views, { name, search: props.search }));
    setName('');
  };
  return (
    <div class="views">
      {views.length > 0 && (
        <ul aria-label="Saved views">
          {views.map((view) => (
            <li key={view.name}>
              <a href={`${addresses.sagas}${view.search}`}>{view.name}</a>
              <button
                type="button"
                class="small"
                aria-label={`Delete the view ${view.name}`}
                onClick={() => keep(withoutView(views, view.name))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={save} class="inline-form">
        <label class="field">
          Save this view as
          <input
            type="text"
            value={name}
            maxLength={viewLimits.nameLengthMax}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={name.trim() === ''}>
          Save
        </button>
      </form>
    </div>
  );
}
