CREATE TABLE "activity" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "activity_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"user_id" uuid,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"client" text NOT NULL,
	"era" text NOT NULL,
	"tool" text NOT NULL,
	"path" text NOT NULL,
	"arguments" jsonb,
	"error" text,
	"ms" integer NOT NULL
);
