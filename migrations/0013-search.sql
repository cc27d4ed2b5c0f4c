-- Search over all that was said and done. Words are what letters and digits make, in any language, found by their beginning.

create function searchable(text text) returns tsvector language sql immutable parallel safe as $$
  select to_tsvector('simple', regexp_replace(left(text, 20000), '[^[:alnum:]]+', ' ', 'g'))
$$;
comment on function searchable is 'What a search looks into: a path or a name with dashes is found by each of its parts.';

create function event_words(data jsonb) returns text language sql immutable parallel safe as $$
  select concat_ws(' ', data ->> 'text', data ->> 'tool', data #>> '{input,command}', data #>> '{input,file_path}', data #>> '{input,pattern}', data #>> '{input,question}',
    data ->> 'what', data ->> 'reason', data ->> 'why', data ->> 'host', data ->> 'command', data ->> 'lastLine', data ->> 'title', data ->> 'branch', data ->> 'error',
    data #>> '{problem,message}', left(data ->> 'output', 2000))
$$;
comment on function event_words is 'What an event says in words; of a tool''s output its beginning.';

create index messages_words on messages using gin (searchable(text));
create index events_words on events using gin (searchable(event_words(data)));
