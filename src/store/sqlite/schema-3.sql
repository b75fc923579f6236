-- How a part is told: 0 all items at once, 1 an item by itself, 2 in a digest, 3 in a summary.
ALTER TABLE part ADD COLUMN style INTEGER NOT NULL DEFAULT 0;
-- While it runs: the part that it is told together with.
ALTER TABLE part ADD COLUMN leader INTEGER;
-- Nobody wanted to hear of it.
ALTER TABLE part ADD COLUMN unwanted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX part_led ON part (leader) WHERE leader IS NOT NULL;
-- What was given up goes with its lane too, where a rule is edited.
CREATE INDEX part_dead ON part (lane_id) WHERE state = 5;

-- What was printed, where that is short; else a file has it.
ALTER TABLE attempt ADD COLUMN said BLOB;
-- The id of the part that it was told together with.
ALTER TABLE attempt ADD COLUMN led_by TEXT;
