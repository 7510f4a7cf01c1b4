package pipedrive

// routes are the API's methods with their cost. What v1 and v2 serve does not overlap but
// for the fields.
var routes = []endpoint{
	{"POST /api/v2/persons", 5, create("persons")},
	{"GET /api/v2/persons", 10, listV2("persons", false)},
	{"GET /api/v2/persons/search", 20, (*company).searchPersons},
	{"GET /api/v2/persons/{id}", 1, read("persons")},
	{"PATCH /api/v2/persons/{id}", 5, change("persons")},
	{"DELETE /api/v2/persons/{id}", 3, remove("persons")},

	{"POST /api/v2/deals", 5, create("deals")},
	{"GET /api/v2/deals", 10, listV2("deals", false)},
	{"GET /api/v2/deals/archived", 20, listV2("deals", true)},
	{"GET /api/v2/deals/search", 20, (*company).searchDeals},
	{"GET /api/v2/deals/{id}", 1, read("deals")},
	{"PATCH /api/v2/deals/{id}", 5, change("deals")},
	{"DELETE /api/v2/deals/{id}", 3, remove("deals")},

	{"POST /api/v2/activities", 5, create("activities")},
	{"GET /api/v2/activities", 10, listV2("activities", false)},
	{"GET /api/v2/activities/{id}", 1, read("activities")},
	{"PATCH /api/v2/activities/{id}", 5, change("activities")},
	{"DELETE /api/v2/activities/{id}", 3, remove("activities")},

	{"GET /api/v2/pipelines", 5, (*company).listPipelines},
	{"GET /api/v2/stages", 5, (*company).listStages},

	{"GET /api/v2/personFields", 10, listFieldsV2("persons")},
	{"POST /api/v2/personFields", 5, createField("persons", "field_name", (*field).v2)},
	{"GET /api/v2/personFields/{code}", 1, readField("persons")},
	{"DELETE /api/v2/personFields/{code}", 3, deleteField("persons")},
	{"GET /api/v2/dealFields", 10, listFieldsV2("deals")},
	{"POST /api/v2/dealFields", 5, createField("deals", "field_name", (*field).v2)},
	{"GET /api/v2/dealFields/{code}", 1, readField("deals")},
	{"DELETE /api/v2/dealFields/{code}", 3, deleteField("deals")},

	{"POST /api/v1/leads", 10, create("leads")},
	{"GET /api/v1/leads", 20, listV1("leads", false)},
	{"GET /api/v1/leads/archived", 20, listV1("leads", true)},
	{"GET /api/v1/leads/{id}", 2, read("leads")},
	{"PATCH /api/v1/leads/{id}", 10, change("leads")},
	{"DELETE /api/v1/leads/{id}", 6, remove("leads")},

	{"POST /api/v1/notes", 10, create("notes")},
	{"GET /api/v1/notes", 20, listV1("notes", false)},
	{"GET /api/v1/notes/{id}", 2, read("notes")},
	{"PUT /api/v1/notes/{id}", 10, change("notes")},
	{"DELETE /api/v1/notes/{id}", 6, remove("notes")},

	{"POST /api/v1/callLogs", 10, create("callLogs")},
	{"GET /api/v1/callLogs", 20, listV1("callLogs", false)},
	{"GET /api/v1/callLogs/{id}", 2, read("callLogs")},
	{"DELETE /api/v1/callLogs/{id}", 6, remove("callLogs")},
	{"POST /api/v1/callLogs/{id}/recordings", 10, (*company).addRecording},

	{"GET /api/v1/users/me", 2, (*company).me},
	{"GET /api/v1/users", 20, (*company).users},
	{"GET /api/v1/leadLabels", 20, (*company).listLeadLabels},
	{"GET /api/v1/activityTypes", 20, (*company).listActivityTypes},

	{"GET /api/v1/leadFields", 20, (*company).listLeadFields},
	{"GET /api/v1/personFields", 20, listFieldsV1("persons")},
	{"POST /api/v1/personFields", 10, createField("persons", "name", (*field).v1)},
	{"GET /api/v1/dealFields", 20, listFieldsV1("deals")},
	{"POST /api/v1/dealFields", 10, createField("deals", "name", (*field).v1)},
}
