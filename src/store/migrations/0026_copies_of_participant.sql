-- What a participant holds is listed when it is put out of the programme.
create index delivery_by_participant on delivery (participant_id, id);
