import { useEffect, useState } from 'preact/hooks';
import { FilterButtons } from '../parts/filter-buttons';
import { codeFromInput, inputFromTime, sagaStates, timeFromInput } from './filters';
import type { FilterName, SagaFilter } from './filters';

const titles: Readonly<Record<FilterName, string>> = {
  saga: 'Saga',
  state: 'State',
  businessKey: 'Business key',
  reason: 'Reason it turned back',
  parkedReason: 'Reason it is parked',
  step: 'Step it is parked at',
  startedAfter: 'Started after',
  startedBefore: 'Started before',
};

interface FieldProps {
  readonly name: FilterName;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function StateField({ name, value, onChange }: FieldProps) {
  return (
    <label class="field">
      {titles[name]}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">any</option>
        {sagaStates.map((state) => (
          <option key={state} value={state}>
            {state}
          </option>
        ))}
      </select>
    </label>
  );
}

function TimeField({ name, value, onChange }: FieldProps) {
  return (
    <label class="field">
      {titles[name]}
      <input
        type="datetime-local"
        step="1"
        value={inputFromTime(value)}
        onChange={(event) => onChange(timeFromInput(event.currentTarget.value) ?? '')}
      />
    </label>
  );
}

const codes: readonly FilterName[] = ['reason', 'parkedReason'];

function TextField({ name, value, onChange }: FieldProps) {
  const isCode = codes.includes(name);
  const change = (text: string): void => onChange(isCode ? codeFromInput(text) : text);
  return (
    <label class="field">
      {titles[name]}
      <input
        type="text"
        value={value}
        autoComplete="off"
        spellcheck={false}
        list={name === 'saga' ? 'saga-types' : undefined}
        onChange={(event) => change(event.currentTarget.value)}
      />
    </label>
  );
}

function fieldFor(name: FilterName) {
  if (name === 'state') return StateField;
  return name.startsWith('started') ? TimeField : TextField;
}

const first: readonly FilterName[] = ['saga', 'state', 'businessKey'];
const others: readonly FilterName[] = [
  ...(['reason', 'parkedReason', 'step', 'startedAfter', 'startedBefore'] as const),
];

/** The conditions of a list. They count when the form is sent, so that typing asks nothing. */
export function FilterForm(props: {
  readonly filter: SagaFilter;
  readonly sagas: readonly string[];
  readonly onFilter: (filter: SagaFilter) => void;
}) {
  const { filter, sagas, onFilter } = props;
  const [draft, setDraft] = useState<SagaFilter>(filter);
  const key = JSON.stringify(filter);
  useEffect(() => setDraft(filter), [key]);
  const field = (name: FilterName) => {
    const Field = fieldFor(name);
    const change = (value: string): void => setDraft((now) => ({ ...now, [name]: value }));
    return <Field key={name} name={name} value={draft[name] ?? ''} onChange={change} />;
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    onFilter(draft);
  };
  return (
    <form class="filters" role="search" aria-label="Find sagas" onSubmit={submit}>
      <datalist id="saga-types">
        {sagas.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <div class="fields">{first.map(field)}</div>
      <details open={others.some((name) => filter[name] !== undefined)}>
        <summary>More conditions</summary>
        <div class="fields">{others.map(field)}</div>
      </details>
      <FilterButtons onClear={() => onFilter({})} />
    </form>
  );
}
