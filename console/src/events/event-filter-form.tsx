import { useEffect, useState } from 'preact/hooks';
import { serviceNames } from '../../../activities/list';
import { FilterButtons } from '../parts/filter-buttons';
import { inputFromTime, timeFromInput } from '../sagas/filters';
import { eventFilterNames } from './event-filter';
import type { EventFilter, EventFilterName } from './event-filter';

const titles: Readonly<Record<EventFilterName, string>> = {
  service: 'Service',
  type: 'Type, or its beginning',
  aggregate: 'Aggregate',
  saga: 'Saga, by its id',
  since: 'Since',
};

/** Who tells events: the services, and those who run sagas. */
const services = [...serviceNames, 'sagas'] as const;

interface FieldProps {
  readonly name: EventFilterName;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Field({ name, value, onChange }: FieldProps) {
  const input = (event: { readonly currentTarget: { readonly value: string } }): void =>
    onChange(event.currentTarget.value);
  return (
    <label class="field">
      {titles[name]}
      {name === 'service' && (
        <select value={value} onChange={input}>
          <option value="">any</option>
          {services.map((service) => (
            <option key={service}>{service}</option>
          ))}
        </select>
      )}
      {name === 'since' && (
        <input
          type="datetime-local"
          step="1"
          value={inputFromTime(value)}
          onChange={(event) => onChange(timeFromInput(event.currentTarget.value) ?? '')}
        />
      )}
      {name !== 'service' && name !== 'since' && (
        <input type="text" value={value} autoComplete="off" spellcheck={false} onChange={input} />
      )}
    </label>
  );
}

/** The conditions of the tail. They count when the form is sent. */
export function EventFilterForm(props: {
  readonly filter: EventFilter;
  readonly onFilter: (filter: EventFilter) => void;
}) {
  const { filter, onFilter } = props;
  const [draft, setDraft] = useState(filter);
  const key = JSON.stringify(filter);
  useEffect(() => setDraft(filter), [key]);
  const submit = (event: Event): void => {
    event.preventDefault();
    onFilter(draft);
  };
  return (
    <form class="filters" role="search" aria-label="Find events" onSubmit={submit}>
      <div class="fields">
        {eventFilterNames.map((name) => (
          <Field
            key={name}
            name={name}
            value={draft[name] ?? ''}
            onChange={(value) => setDraft((now) => ({ ...now, [name]: value }))}
          />
        ))}
      </div>
      <FilterButtons onClear={() => onFilter({})} />
    </form>
  );
}
