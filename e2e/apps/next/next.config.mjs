// ALLOWED_DEV_ORIGINS: the hosts for allowedDevOrigins, as the documentation asks for, separated by
// spaces.
const origins = process.env.ALLOWED_DEV_ORIGINS;

export default {
  ...(origins ? { allowedDevOrigins: origins.split(" ") } : {}),
  devIndicators: false,
};
