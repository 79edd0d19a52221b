// ALLOWED_DEV_ORIGINS: what the documentation tells to write into allowedDevOrigins, separated by spaces.
const origins = process.env.ALLOWED_DEV_ORIGINS;

export default {
  ...(origins ? { allowedDevOrigins: origins.split(" ") } : {}),
  devIndicators: false,
};
