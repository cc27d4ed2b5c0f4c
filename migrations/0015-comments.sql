-- Words on columns that have grown.

comment on column settings.provider_tools is 'What the model''s provider may do on its side: web_search, web_fetch, code_execution, mcp, url_source, file_source.';
comment on column usage.http_status is 'The endpoint''s. 499: the session hung up before the endpoint had said what the request took, and the tokens are an estimate.';
