insert into products (slug, name, description, price_cents) values
  ('tea', 'Assam tea', 'Strong and malty, 250 g in a tin', 890),
  ('coffee', 'Coffee beans', 'Roasted last week, 500 g', 1250),
  ('mug', 'Enamel mug', 'Blue rim, survives being dropped', 1400),
  ('biscuits', 'Oat biscuits', 'Twelve, gone by the evening', 350),
  ('honey', 'Lime blossom honey', 'From the roof next door, 500 g', 720),
  ('teapot', 'Teapot', 'Cast iron, holds a litre', 4900);
